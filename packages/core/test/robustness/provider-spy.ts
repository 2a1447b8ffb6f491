/**
 * Loaded into a process before anything else: writes a line to the file that `SPY_LOG` names for each paid provider
 * and for each connection.
 */
import { appendFileSync } from 'node:fs';
import { type ModuleSource, registerHooks } from 'node:module';
import { Socket } from 'node:net';

const text = new TextDecoder();
const textOf = (source: ModuleSource | undefined): string =>
  typeof source === 'string' ? source : text.decode(source);

const log = process.env['SPY_LOG'] ?? '/dev/null';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!/\/core\/dist\/[^/]+\.js$/.test(url)) return loaded;
    const note = `process.getBuiltinModule('node:fs').appendFileSync(${JSON.stringify(log)}, 'made\\n');`;
    const source = textOf(loaded.source).replace(
      /^(function (?:openAi|replicate)\([^)]*\) \{)/gm,
      `$1 ${note}`,
    );
    return { ...loaded, source };
  },
});

// oxlint-disable-next-line typescript/unbound-method -- it is given its `this` below.
const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...args: never[]) {
  appendFileSync(log, 'connected\n');
  return Reflect.apply(connect, this, args) as Socket;
};
