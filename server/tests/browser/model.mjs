/** A language model that says what it is told to, a word at a time, over HTTP. Stands in for one that nobody has here. */

import { createServer } from "node:http";

export class Model {
  static async open() {
    const model = new Model();
    await new Promise((done) => model.server.listen(0, "127.0.0.1", done));
    return model;
  }

  constructor() {
    this.words = [];
    this.asked = 0;
    this.held = Promise.resolve();
    this.server = createServer((request, response) => this.#answer(request, response));
  }

  /** For the configuration of a house. */
  get settings() {
    const { port } = this.server.address();
    return `[chat]\nurl = "http://127.0.0.1:${port}/v1"\nmodel = "scripted"\n`;
  }

  /** What it says from now on; after `stopAt` words it waits until it is let go on. */
  says(text, { stopAt = Infinity } = {}) {
    this.words = text.split(/(?<= )/);
    this.stopAt = stopAt;
    this.held = new Promise((done) => { this.goOn = done; });
  }

  async close() {
    this.goOn?.();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  async #answer(request, response) {
    for await (const _ of request) { /* What it is asked is the server's business. */ }
    this.asked++;
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const [at, word] of this.words.entries()) {
      if (at >= this.stopAt) await this.held;
      if (response.destroyed) return;
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: word } }] })}\n\n`);
    }
    response.end(`data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`);
  }
}
