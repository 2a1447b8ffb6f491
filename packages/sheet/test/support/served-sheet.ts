import type { FieldChange } from '@tintype/core';
import { serveSheet, type SheetServer } from '../../src/index.ts';
import type { EditForm, EditProposal, Sheet } from '../../src/sheet.ts';
import { type Run, testProject, type TestProject } from '../../../core/test/support/project.ts';

/** The sheet of a project on a server, as its page talks to it. */
export interface ServedSheet extends AsyncDisposable {
  readonly project: TestProject;
  readonly server: SheetServer;
  readonly sheet: () => Promise<Sheet>;
  readonly form: (id: string) => Promise<EditForm>;
  readonly propose: (id: string, changes: readonly FieldChange[]) => Promise<EditProposal>;
  readonly post: (path: string, body: unknown) => Promise<Response>;
}

export async function servedSheet(
  files: Readonly<Record<string, string | Uint8Array>>,
  baseUrl?: string,
  run: Run = {},
): Promise<ServedSheet> {
  const project = await testProject(files, baseUrl);
  const server = await serveSheet({ context: () => project.context(run), port: 0 });
  const get = async (path: string) => (await fetch(server.url + path)).json();
  const post = (path: string, body: unknown) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(server.url).origin },
      body: JSON.stringify(body),
    });
  return {
    project,
    server,
    sheet: async () => (await get('data')) as Sheet,
    form: async (id) => (await get(`form?image=${encodeURIComponent(id)}`)) as EditForm,
    propose: async (id, changes) => {
      const reply = await post('propose', { id, changes });
      if (!reply.ok) throw new Error(await reply.text());
      return (await reply.json()) as EditProposal;
    },
    post,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await project[Symbol.asyncDispose]();
    },
  };
}
