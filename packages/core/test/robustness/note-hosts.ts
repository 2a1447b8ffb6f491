/** Loaded into a process before anything else: notes each host that it connects to in the file that `HOSTS_LOG` names. */
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';

const log = process.env['HOSTS_LOG'] ?? '/dev/null';
// oxlint-disable-next-line typescript/unbound-method -- it is given its `this` below.
const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...args: never[]) {
  const [options] = args.flat() as unknown as { readonly host?: string; readonly port?: number }[];
  appendFileSync(log, `${options?.host ?? ''}:${options?.port ?? ''}\n`);
  return Reflect.apply(connect, this, args) as Socket;
};
