/** The end of a tool that mirrors one of Ceph's, before its work is done. */
export class ToolExit extends Error {
  override readonly name = 'ToolExit';
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(code: number, stdout: string, stderr: string) {
    super(stderr);
    this.code = code;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}
