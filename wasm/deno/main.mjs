// The program behind `wasm/serve`.

import { listen } from "./server.mjs";
import { setting, start } from "./start.mjs";

const worker = await start();
const host = setting("HOST") ?? "127.0.0.1";
const server = await listen(worker, { host, port: Number(setting("PORT") ?? 8080) });
console.log(`listening on http://${host}:${server.address().port}`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  Deno.addSignalListener(signal, () => {
    worker.drain();
    server.close(() => Deno.exit(0));
    server.closeIdleConnections();
  });
}
