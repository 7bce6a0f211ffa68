// An HTTP server where a daemon has its RPC, for what stands in for one, or before one.

import { once } from 'node:events';
import http from 'node:http';

export class RpcServer {
  #server;

  // Gives one that listens; `given` is for its constructor.
  static async start(...given) {
    const server = new this(...given);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  constructor() {
    this.#server = http.createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      await this.respond(request, response, body);
    });
  }

  // respond(request, response, body): answers a request of which all has come, or ends its connection.

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/transmission/rpc`;
  }

  closeIdle() {
    this.#server.closeIdleConnections();
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
