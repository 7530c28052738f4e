// Outputs in memory over disk, both bounded, the least recently used given up first.
//
// A cache and nothing else: what it loses is made again, so that a full or broken disk only makes it forget.

const overheadBytes = 256;
/** No write takes this long. */
const temporaryLifetimeSeconds = 3600;

/**
 * @param options.directory Where outputs are kept; without one, in memory only.
 * @param options.fault `(message, error)`, of what cannot be kept.
 * @param options.maximumMemoryBytes An output larger than an eighth of it is kept on disk only.
 */
export function createOutputs(
  { directory, maximumMemoryBytes = 256 << 20, maximumDiskBytes = 10 * 2 ** 30, fault = console.error } = {},
) {
  const memory = new Recent(maximumMemoryBytes);
  const disk = directory === undefined ? undefined : new Disk(directory, maximumDiskBytes, fault);

  const remember = (key, output) => {
    const cost = output.body.length + overheadBytes;
    memory.delete(key);
    if (cost <= maximumMemoryBytes / 8) memory.set(key, output, cost);
  };
  return {
    peek(key) {
      const output = memory.get(key);
      if (output && output.expires > seconds()) return output;
      memory.delete(key);
      return undefined;
    },
    async get(key) {
      const output = await disk?.read(key);
      if (output?.body) remember(key, output);
      return output;
    },
    /** An original's own bytes stay in memory: the disk keeps that it serves, and `get` gives that, without a body, once memory has lost them. */
    async put(key, output) {
      // A copy, because a small output may be a part of something large.
      const own = output.body.byteLength < output.body.buffer.byteLength ? output.body.slice() : output.body;
      remember(key, { ...output, body: own });
      await disk?.write(key, { ...output, body: output.isOriginal ? new Uint8Array() : own });
    },
    get usage() {
      return { memory: memory.usage, disk: disk?.index.usage ?? { count: 0, bytes: 0 } };
    },
  };
}

/** What the system says of a file or folder, without the path and the call. */
export const reasonOf = (error) => error.message.replace(/ \(os error .*/, "");

/** What a file takes on disk: file systems allocate blocks of this size, as the native host counts. */
const cost = (byteCount) => Math.ceil(byteCount / 4096) * 4096;

const seconds = () => Math.floor(Date.now() / 1000);

/** Values with a cost each, in the order of their last use. */
class Recent {
  #entries = new Map();
  #cost = 0;

  constructor(maximum, evicted = () => {}) {
    this.maximum = maximum;
    this.evicted = evicted;
  }

  get usage() {
    return { count: this.#entries.size, bytes: this.#cost };
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key, value, cost) {
    this.delete(key);
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const [oldest] of this.#entries) {
      if (this.#cost <= this.maximum) break;
      this.delete(oldest);
      this.evicted(oldest);
    }
  }

  delete(key) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#cost -= entry.cost;
  }
}

/** `<first two digits>/<key>`: a line of JSON, then the body. Whole or not there: written under another name and renamed. */
class Disk {
  #writes = 0;

  constructor(directory, maximumBytes, fault) {
    this.directory = directory;
    this.fault = fault;
    this.index = new Recent(maximumBytes, (key) => Deno.remove(this.#path(key)).catch(() => {}));
    this.#prepare();
    this.ready = this.#scan().catch((error) => fault("outputs cannot be listed", error));
  }

  async read(key) {
    const bytes = await Deno.readFile(this.#path(key)).catch(() => undefined);
    const output = bytes && parse(key, bytes);
    if (output && output.expires > seconds()) {
      this.index.get(key);
      return output;
    }
    if (bytes) {
      this.index.delete(key);
      await Deno.remove(this.#path(key)).catch(() => {});
    }
    return undefined;
  }

  async write(key, { body, ...head }) {
    const line = new TextEncoder().encode(JSON.stringify({ key, length: body.length, ...head }) + "\n");
    const temporary = `${this.directory}/.${crypto.randomUUID()}-${++this.#writes}.tmp`;
    try {
      await Deno.mkdir(`${this.directory}/${key.slice(0, 2)}`, { recursive: true, mode: 0o700 });
      const file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
      try {
        for (const part of [line, body]) for (let done = 0; done < part.length;) done += await file.write(part.subarray(done));
      } finally {
        file.close();
      }
      await Deno.rename(temporary, this.#path(key));
      this.index.set(key, true, cost(line.length + body.length));
    } catch (error) {
      this.fault("an output cannot be written", error.name);
      await Deno.remove(temporary).catch(() => {});
    }
  }

  /** Throws where it cannot be made or written to. */
  #prepare() {
    const probe = `${this.directory}/.${crypto.randomUUID()}.tmp`;
    try {
      Deno.mkdirSync(this.directory, { recursive: true, mode: 0o700 });
      Deno.writeFileSync(probe, new Uint8Array(), { createNew: true, mode: 0o600 });
      Deno.removeSync(probe);
    } catch (error) {
      // Where a file stands in the way, Deno says only that it exists.
      const reason = error instanceof Deno.errors.AlreadyExists ? "Not a directory" : reasonOf(error);
      throw new Error(`cannot keep outputs in ${this.directory}: ${reason}`);
    }
  }

  #path(key) {
    return `${this.directory}/${key.slice(0, 2)}/${key}`;
  }

  /**
   * Files of an earlier process, those written longest ago first; what it left half-written is removed. This one, and another that
   * is about to end, write and remove files meanwhile.
   */
  async #scan() {
    const found = [];
    for await (const { name } of Deno.readDir(this.directory)) {
      if (name.endsWith(".tmp")) await this.#removeLeftBehind(`${this.directory}/${name}`);
      if (!/^[0-9a-f]{2}$/.test(name)) continue;
      for await (const file of Deno.readDir(`${this.directory}/${name}`)) {
        if (!/^[0-9a-f]{64}$/.test(file.name)) continue;
        const { size, mtime } = await Deno.stat(this.#path(file.name)).catch(() => ({}));
        if (size !== undefined) found.push({ key: file.name, size, time: mtime?.getTime() ?? 0 });
      }
    }
    for (const { key, size } of found.sort((one, other) => one.time - other.time)) this.index.set(key, true, cost(size));
  }

  async #removeLeftBehind(path) {
    const { mtime } = await Deno.stat(path).catch(() => ({}));
    if (mtime && mtime.getTime() / 1000 < seconds() - temporaryLifetimeSeconds) await Deno.remove(path).catch(() => {});
  }
}

/** `undefined` for a file that is damaged. */
function parse(key, bytes) {
  try {
    const end = bytes.indexOf(10);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    const body = bytes.subarray(end + 1);
    if (head.key !== key || head.length !== body.length) return undefined;
    const { isText, mediaType, isOriginal, expires } = head;
    return { body: isOriginal ? undefined : body, isText, mediaType, isOriginal, expires };
  } catch {
    return undefined;
  }
}
