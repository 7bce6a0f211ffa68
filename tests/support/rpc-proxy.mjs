// An HTTP proxy before a daemon's RPC that tells what was asked.

import { RpcServer } from './rpc-server.mjs';

export class RpcProxy extends RpcServer {
  // The daemon's address, set before the first request.
  target;
  #underWay = 0;
  // Each request that the daemon took: {method, arguments, at: milliseconds}, in the order in which they came.
  requests = [];
  // By method: how many requests, of all methods, were under way at most when one of it had come.
  most = {};

  async respond(request, response, body) {
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
  }

  async #ask(sessionId = '', body) {
    const asked = { 'Content-Type': 'application/json', 'X-Transmission-Session-Id': sessionId };
    const answer = await fetch(this.target, { method: 'POST', headers: asked, body });
    const id = answer.headers.get('x-transmission-session-id');
    const headers = { 'Content-Type': 'application/json', ...(id && { 'X-Transmission-Session-Id': id }) };
    return { status: answer.status, headers, text: await answer.text() };
  }
}
