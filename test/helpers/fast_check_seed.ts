import fc from 'fast-check';

// A suite that says something else each time is no check of a change. Other seeds are for exploring.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20) });
