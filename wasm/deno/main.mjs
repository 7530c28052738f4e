// The program behind `wasm/serve`.

import { listen } from "./server.mjs";
import { attempt, number, setting, start } from "./start.mjs";

const connections = new Set();
const { worker, log } = await start(() => connections.size);
const host = setting("HOST") ?? "127.0.0.1";
const server = await attempt(() =>
  listen(worker, {
    host,
    port: number("PORT") ?? 8080,
    maximumConnections: number("MAX_CONNECTIONS"),
    trustsForwardedProtocol: ["true", "1", "yes"].includes(setting("TRUST_PROXY")),
    connections,
  })
);
const { port } = server.address();
console.log(`listening on http://${host}:${port}`);
log.notice("listening", { host, port: String(port) });

let isEnding = false;
for (const signal of ["SIGTERM", "SIGINT"]) Deno.addSignalListener(signal, stop);

function stop() {
  if (isEnding) return;
  isEnding = true;
  log.notice("stopping");
  worker.drain();
  server.close(end);
  server.closeIdleConnections();
  setTimeout(end, number("GRACE", 1000) ?? 30_000);
}

async function end() {
  log.notice("stopped");
  await log.flush();
  Deno.exit(0);
}
