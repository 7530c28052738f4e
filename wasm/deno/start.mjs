// A worker under Deno, configured by the environment variables of `imgedge serve`.

import { createLog, isLevel } from "./log.mjs";
import { createMetrics, serveMetrics } from "./metrics.mjs";
import { createNet } from "./net.mjs";
import { createOutputs, reasonOf } from "./outputs.mjs";
import { createPixels } from "./pixels.mjs";
import { createRecords } from "./records.mjs";
import { createSecrets } from "./secrets.mjs";
import { createWorker } from "../worker.mjs";

/** Ends the program with a line on standard error. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** `EX_USAGE` and `EX_CONFIG` of sysexits.h, as the native program has them. */
const badUsage = 64, badConfiguration = 78;

/** `wasm/serve` waits longer before it starts the pixel service again: none of its ends is missed. */
const watchIntervalMilliseconds = 500;

export const setting = (name) => Deno.env.get(`IMGEDGE_${name}`) || undefined;

/** `undefined` where nothing is set. */
export function number(name, scale = 1) {
  const text = setting(name);
  if (text === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Failure(`IMGEDGE_${name}: "${text}" is not a number`, badUsage);
  return Math.round(Number(text) * scale);
}

/** With K, M or G for powers of 1024. */
function bytes(name) {
  const unit = setting(name)?.match(/[KMG]$/)?.[0];
  if (unit === undefined) return number(name);
  const [count, scale] = [setting(name).slice(0, -1), { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit]];
  if (!/^\d+$/.test(count)) throw new Failure(`IMGEDGE_${name}: "${setting(name)}" is not a number of bytes`, badUsage);
  return Number(count) * scale;
}

function samples(folder) {
  const pictures = new Map();
  if (folder === undefined) return pictures;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile && !name.startsWith(".")) pictures.set(name, Deno.readFileSync(`${folder}/${name}`));
  }
  return pictures;
}

/** Taken out of the environment when it has been read. */
function secret(name) {
  const text = setting(name);
  Deno.env.delete(`IMGEDGE_${name}`);
  return text;
}

function pixelsSecret() {
  const text = secret("PIXELS_SECRET");
  if (text !== undefined) return text;
  throw new Failure("IMGEDGE_PIXELS_SECRET: the secret of the pixel service is not set", badUsage);
}

/** The file of SQLite that holds the records; `undefined` for a host without any. */
function recordsFile() {
  const text = setting("RECORDS");
  if (text === undefined) return setting("DATA") && `${setting("DATA")}/records.sqlite`;
  const file = text.match(/^sqlite:(.+)$/s)?.[1];
  if (file !== undefined) return file;
  throw new Failure(`IMGEDGE_RECORDS: '${text}' is no place for records under Deno: sqlite:FILE is allowed`, badUsage);
}

async function secrets() {
  try {
    return await createSecrets(secret("SECRETS_KEY"));
  } catch (error) {
    throw new Failure(`IMGEDGE_SECRETS_KEY: ${error.message}`, badUsage);
  }
}

/** Ends the program, with the reason in one line, where it cannot be done. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    console.error(`imgedge: ${error.message}`);
    Deno.exit(error.exitCode ?? 1);
  }
}

function read(path) {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Failure(`${path}: ${reasonOf(error)}`, badConfiguration);
  }
}

function level() {
  const text = setting("LOG_LEVEL");
  if (text === undefined || isLevel(text)) return text;
  throw new Failure(`IMGEDGE_LOG_LEVEL: "${text}" is not one of trace, debug, info, notice, warning and error`, badUsage);
}

/**
 * A worker and its log, with metrics where a port for them is set.
 *
 * @param connections How many are open, where that is known.
 */
export function start(connections = () => undefined) {
  return attempt(async () => {
    const log = createLog(level());
    const metrics = createMetrics();
    const workspaces = setting("WORKSPACES");
    const maximumHeldBytes = bytes("MAX_ORIGINALS") ?? 2 ** 30;
    const transformTimeoutMilliseconds = number("TRANSFORM_TIMEOUT", 1000);
    const outputs = createOutputs({
      directory: setting("DATA"),
      maximumMemoryBytes: bytes("MAX_MEMORY"),
      maximumDiskBytes: bytes("MAX_DISK"),
      fault: log.fault,
    });
    const pixels = createPixels({
      base: setting("PIXELS") ?? "http://127.0.0.1:8081",
      secret: pixelsSecret(),
      threads: number("THREADS"),
      maximumQueued: number("MAX_QUEUE"),
      maximumCopiedBytes: maximumHeldBytes / 8,
      timeoutMilliseconds: transformTimeoutMilliseconds,
      log,
    });
    const lacking = await pixels.lacking();
    const file = recordsFile();
    let store;
    const worker = await createWorker({
      module: Deno.readFileSync(new URL("../dist/edge.wasm", import.meta.url)),
      setup: {
        workspaces: workspaces && read(workspaces),
        baseDomain: setting("BASE_DOMAIN"),
        allowedNetworks: setting("ALLOW_NETWORK")?.split(","),
        fetchTimeoutMilliseconds: number("FETCH_TIMEOUT", 1000),
        maximumOriginalBytes: bytes("MAX_ORIGINAL_BYTES"),
        maximumPixels: number("MAX_PIXELS"),
        transformTimeoutMilliseconds,
        records: file && "host",
        ...lacking,
      },
      net: createNet({ samples: samples(setting("SAMPLES")) }),
      pixels,
      outputs,
      records: file && { perform: (request) => store.perform(request) },
      secrets: await secrets(),
      log: {
        note(usage) {
          metrics.count(usage);
          log.request(usage);
        },
        fault: log.fault,
      },
      maximumWork: number("MAX_MISSES"),
      maximumHeldBytes,
      maximumSentBytes: maximumHeldBytes / 2,
    }).catch((error) => {
      // What is not said of the setup is said of the workspaces.
      const place = workspaces && !error.message.startsWith("setup: ") ? `${workspaces}: ` : "";
      throw new Failure(place + error.message, badConfiguration);
    });
    if (file) store = createRecords({ file, sqlite: worker.sqlite, report: (text) => log.fault(text) });
    const gauges = () => ({ work: worker.work, held: worker.heldBytes, connections: connections(), store: outputs.usage });
    // So that /readyz and the log tell of a pixel service that goes away or comes back while nobody asks for anything.
    Deno.unrefTimer(setInterval(() => worker.askForRoom(), watchIntervalMilliseconds));
    const port = number("METRICS_PORT");
    if (port !== undefined) {
      serveMetrics(port, () => metrics.text({ ...gauges(), lacking }));
    }
    return { worker, log };
  });
}

/** Reads the file of workspaces again; where it cannot be read or is wrong, all stays as it is. */
export function reload(worker, log) {
  const workspaces = setting("WORKSPACES");
  if (workspaces === undefined) return;
  try {
    worker.replaceWorkspaces(read(workspaces));
    log.notice("read the workspaces again");
  } catch (error) {
    log.fault("the workspaces stay as they are", error);
  }
}
