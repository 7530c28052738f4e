// A worker under Deno, configured by the environment variables of `imgedge serve`.

import { createNet } from "./net.mjs";
import { createOutputs } from "./outputs.mjs";
import { createPixels } from "./pixels.mjs";
import { createWorker } from "../worker.mjs";

export const setting = (name) => Deno.env.get(`IMGEDGE_${name}`) || undefined;
const number = (name, scale = 1) => setting(name) && Math.round(Number(setting(name)) * scale);

function samples(folder) {
  const pictures = new Map();
  if (folder === undefined) return pictures;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile && !name.startsWith(".")) pictures.set(name, Deno.readFileSync(`${folder}/${name}`));
  }
  return pictures;
}

/** Ends the program, with the reason, where the configuration is wrong. */
export async function start() {
  try {
    const workspaces = setting("WORKSPACES");
    return await createWorker({
      module: Deno.readFileSync(new URL("../dist/edge.wasm", import.meta.url)),
      setup: {
        workspaces: workspaces && Deno.readTextFileSync(workspaces),
        baseDomain: setting("BASE_DOMAIN"),
        allowedNetworks: setting("ALLOW_NETWORK")?.split(","),
        fetchTimeoutMilliseconds: number("FETCH_TIMEOUT", 1000),
        maximumOriginalBytes: number("MAX_ORIGINAL_BYTES"),
        maximumPixels: number("MAX_PIXELS"),
      },
      net: createNet({ samples: samples(setting("SAMPLES")) }),
      pixels: createPixels(setting("PIXELS") ?? "http://127.0.0.1:8081"),
      outputs: createOutputs({ directory: setting("DATA") }),
    });
  } catch (error) {
    console.error(`imgedge: ${error.message}`);
    // EX_CONFIG of sysexits.h, as the native program has it.
    Deno.exit(78);
  }
}
