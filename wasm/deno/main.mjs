// The program behind `wasm/serve`.

import { listen } from "./server.mjs";
import { attempt, number, reload, setting, start } from "./start.mjs";

const running = { server: undefined };
const { worker, log } = await start(() => running.server?.connectionCount ?? 0);
const host = setting("HOST") ?? "127.0.0.1";
const server = await attempt(() =>
  listen(worker, {
    host,
    port: number("PORT") ?? 8080,
    maximumConnections: allowedConnections(),
    trustsForwardedProtocol: ["true", "1", "yes"].includes(setting("TRUST_PROXY")),
    note: log.warning,
  })
);
running.server = server;
console.log(`listening on http://${host}:${server.port}`);
log.notice("listening", { host, port: String(server.port) });

// `wasm/serve` ends what this needs when it ends, however it does: a new parent says that it has.
if (setting("SUPERVISED") === "true") {
  const supervisor = Deno.ppid;
  const watch = setInterval(() => {
    if (Deno.ppid === supervisor) return;
    clearInterval(watch);
    stop();
  }, 1000);
}

let isEnding = false;
Deno.addSignalListener("SIGHUP", () => reload(worker, log));
for (const signal of ["SIGTERM", "SIGINT"]) Deno.addSignalListener(signal, stop);

function stop() {
  if (isEnding) return;
  isEnding = true;
  log.notice("stopping");
  worker.drain();
  server.close().then(end);
  setTimeout(end, number("GRACE", 1000) ?? 30_000);
}

async function end() {
  log.notice("stopped");
  await log.flush();
  Deno.exit(0);
}

/**
 * As many as were asked for and fit under the limit of open files, which `wasm/serve` tells: each connection is one. 256 stay free, and two
 * for each miss; but at least half of the files are for connections.
 */
function allowedConnections() {
  const asked = number("MAX_CONNECTIONS") ?? 8192;
  const files = Number(setting("FILES"));
  if (!Number.isInteger(files) || files < 1) return asked;
  const reserve = 256 + 2 * (number("MAX_MISSES") ?? 128);
  const connections = Math.max(1, Math.min(asked, Math.max(files - reserve, Math.floor(files / 2))));
  if (connections < asked) {
    const members = { asked: String(asked), connections: String(connections), files: String(files) };
    log.warning("fewer connections are allowed, because of the limit of open files", members);
  }
  return connections;
}
