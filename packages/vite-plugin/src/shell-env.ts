// oxlint-disable-next-line node/no-process-env -- this is the shell that core is handed its environment by.
export const shellEnv: NodeJS.ProcessEnv = process.env;
