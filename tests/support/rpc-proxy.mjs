// An HTTP proxy before a daemon's RPC that tells what was asked.

import { once } from 'node:events';
import http from 'node:http';

export class RpcProxy {
  #server;
  #underWay = 0;
  // Each request that the daemon took: {method, arguments, at: milliseconds}, in the order in which they came.
  requests = [];
  // Of a method, how many were under way at the same time.
  most = {};

  static async start() {
    const proxy = new RpcProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  // `target`, the daemon's address, is set before the first request.
  constructor() {
    this.#server = http.createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const message = { ...JSON.parse(body), at: performance.now() };
      const { method } = message;
      this.requests.push(message);
      this.#underWay += 1;
      this.most[method] = Math.max(this.most[method] ?? 0, this.#underWay);
      const { status, headers, text } = await this.#ask(request.headers['x-transmission-session-id'], body);
      this.#underWay -= 1;
      // The worker sends it again, with the id that it was told.
      if (status === 409) this.requests.splice(this.requests.indexOf(message), 1);
      response.writeHead(status, headers);
      response.end(text);
    });
  }

  async #ask(sessionId = '', body) {
    const asked = { 'Content-Type': 'application/json', 'X-Transmission-Session-Id': sessionId };
    const answer = await fetch(this.target, { method: 'POST', headers: asked, body });
    const id = answer.headers.get('x-transmission-session-id');
    const headers = { 'Content-Type': 'application/json', ...(id && { 'X-Transmission-Session-Id': id }) };
    return { status: answer.status, headers, text: await answer.text() };
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/transmission/rpc`;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
