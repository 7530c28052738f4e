// For `deno serve wasm/deno.mjs`. Deno has normalised the URLs before the handler sees them; `wasm/serve` gives them as they were sent.

import { start } from "./deno/start.mjs";

const { worker: { fetch } } = await start();
export default { fetch };
