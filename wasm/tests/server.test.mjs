// HTTP in front of a worker that is played.

import net from "node:net";
import { listen } from "../deno/server.mjs";

const answer = { status: 405, fields: ["Content-Length", "0"], body: null };

// An error of a socket that nobody takes would end the program.
Deno.test("a caller that resets a connection while its CONNECT is answered harms nobody", async () => {
  const connections = new Set();
  const { promise: received, resolve: receive } = Promise.withResolvers();
  const { promise: reset, resolve: answerNow } = Promise.withResolvers();
  const worker = {
    async respond() {
      receive();
      await reset;
      return answer;
    },
  };
  const server = await listen(worker, { host: "127.0.0.1", port: 0, connections });
  const closed = new Promise((resolve) => server.on("connection", (socket) => socket.on("close", resolve)));
  const caller = net.connect(server.address().port, "127.0.0.1");
  caller.write("CONNECT example.com:80 HTTP/1.1\r\nHost: example.com\r\n\r\n");
  await received;
  caller.resetAndDestroy();
  await closed;
  answerNow();
  await new Promise((resolve) => server.close(resolve));
});
