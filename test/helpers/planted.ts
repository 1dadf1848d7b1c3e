import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A small project in a temporary folder under this project's own tool configuration. */
export class PlantedProject implements AsyncDisposable {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** `configs` are copied from here; `files` maps a path to its text. */
  static async create(
    configs: readonly string[],
    files: Readonly<Record<string, string>>,
  ): Promise<PlantedProject> {
    const dir = await mkdtemp(join(tmpdir(), 'radosim-guards-'));
    for (const config of configs)
      await cp(join(root, config), join(dir, config), { recursive: true });
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    return new PlantedProject(dir);
  }

  /** Runs one of the project's own tools there. */
  run(tool: string, ...args: string[]): Promise<{ code: number; output: string }> {
    const bin = join(root, 'node_modules', '.bin', tool);
    const options = { cwd: this.#dir, env: { ...process.env, NO_COLOR: '1' } };
    return new Promise((resolve) => {
      execFile(bin, args, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }
}
