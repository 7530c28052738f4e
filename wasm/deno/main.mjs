// The program behind `wasm/serve`.

import { listen } from "./server.mjs";
import { attempt, number, setting, start } from "./start.mjs";

const worker = await start();
const host = setting("HOST") ?? "127.0.0.1";
const server = await attempt(() =>
  listen(worker, {
    host,
    port: number("PORT") ?? 8080,
    maximumConnections: number("MAX_CONNECTIONS"),
    trustsForwardedProtocol: setting("TRUST_PROXY") === "true",
  })
);
console.log(`listening on http://${host}:${server.address().port}`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  Deno.addSignalListener(signal, () => {
    worker.drain();
    server.close(() => Deno.exit(0));
    server.closeIdleConnections();
    setTimeout(() => Deno.exit(0), number("GRACE", 1000) ?? 30_000);
  });
}
