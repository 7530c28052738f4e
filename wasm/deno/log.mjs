// What the operator reads on standard error: an object of JSON a line, with the members that the native host writes, in its order.

const levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"];
const maximumWaiting = 4 << 20;

export const isLevel = (name) => levels.includes(name);

/** @param level The least that is written; a request is `info`. */
export function createLog(level = "info") {
  const lines = new Lines(Deno.stderr);
  const isWritten = (one) => levels.indexOf(one) >= levels.indexOf(level);
  const write = (level, message, members) => {
    if (isWritten(level)) lines.append(line({ time: new Date().toISOString(), level, message, ...members }));
  };
  return {
    /** What was no request has no record and no line. */
    request({ namespace, method, path, origin, cache, status, byteCount, milliseconds, code, notes }) {
      if (method === undefined) return;
      const ms = new Decimal(milliseconds);
      write("info", "request", { namespace, method, path, origin, cache, status, bytes: byteCount, ms, code, notes });
    },
    notice: (message, members) => write("notice", message, members),
    warning: (message, members) => write("warning", message, members),
    fault: (message, error) => write("error", message, { error: String(error?.stack ?? error) }),
    flush: () => lines.flush(),
  };
}

/** A number with three decimals. */
class Decimal {
  constructor(value) {
    this.value = value;
  }
}

function line(members) {
  const texts = [];
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) texts.push(`"${name}":${value instanceof Decimal ? value.value.toFixed(3) : quoted(value)}`);
  }
  return `{${texts.join(",")}}\n`;
}

/** DEL and C1 controls are escaped too, because a terminal obeys them. */
function quoted(value) {
  return JSON.stringify(value).replace(/[\x7f-\x9f]/g, (one) => "\\u00" + one.charCodeAt(0).toString(16));
}

/** Nobody waits for a terminal or pipe that nobody reads: when too much waits, lines are dropped, and their number is logged. */
class Lines {
  #waiting = [];
  #size = 0;
  #droppedCount = 0;
  #writing = undefined;

  constructor(file) {
    this.file = file;
  }

  append(line) {
    if (this.#size + line.length > maximumWaiting) return void (this.#droppedCount += 1);
    this.#size += line.length;
    this.#waiting.push(line);
    this.#writing ??= this.#write();
  }

  /** Resolves when everything has been written. */
  async flush() {
    await this.#writing;
  }

  async #write() {
    while (this.#waiting.length > 0) {
      let text = this.#waiting.join("");
      if (this.#droppedCount > 0) text += `{"level":"warning","message":"${this.#droppedCount} lines were dropped"}\n`;
      this.#waiting = [];
      this.#size = this.#droppedCount = 0;
      const bytes = new TextEncoder().encode(text);
      try {
        for (let done = 0; done < bytes.length;) done += await this.file.write(bytes.subarray(done));
      } catch {
        // Nobody reads any more.
      }
    }
    this.#writing = undefined;
  }
}
