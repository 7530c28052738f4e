// Counts since the start in the text format of Prometheus, version 0.0.4: the families of the native host, as far as they are known.

import { outcomes } from "../worker.mjs";
import { listen } from "./server.mjs";

/** Upper bounds in seconds, as texts, because they are the values of a label. */
const bounds = ["0.0001", "0.00025", "0.001", "0.005", "0.025", "0.1", "0.25", "1.0", "5.0", "30.0"];

export function createMetrics() {
  const classes = new Array(6).fill(0);
  const lookUps = new Map(outcomes.map((one) => [one, 0]));
  const latencies = new Array(bounds.length + 1).fill(0);
  let seconds = 0;
  return {
    count({ status, cache, milliseconds }) {
      classes[Math.floor(status / 100)] += 1;
      if (cache !== undefined) lookUps.set(cache, lookUps.get(cache) + 1);
      const place = bounds.findIndex((bound) => milliseconds / 1000 <= Number(bound));
      latencies[place < 0 ? bounds.length : place] += 1;
      seconds += milliseconds / 1000;
    },
    /** @param gauges.connections Left out where the platform does not tell. */
    text({ work, held, connections, store, lacking = { unwritable: [], unreadable: [] } }) {
      const lacks = (formats, use) => formats.map((format) => [`{format="${format}",use="${use}"}`, 1]);
      let total = 0;
      const buckets = latencies.map((count, index) => [`_bucket{le="${bounds[index] ?? "+Inf"}"}`, total += count]);
      const places = (what) => ["memory", "disk"].map((place) => [`{place="${place}"}`, store[place][what]]);
      const classed = [2, 3, 4, 5].map((one) => [`{status="${one}xx"}`, classes[one]]);
      return [
        family("requests_total", "counter", "Answers by class of status.", classed),
        family("lookups_total", "counter", "What the store had for a request.", [...lookUps].map(([one, count]) => [`{result="${one}"}`, count])),
        family("request_seconds", "histogram", "From the request to the whole answer being handed on.", [
          ...buckets,
          ["_sum", seconds],
          ["_count", total],
        ]),
        family("misses_in_flight", "gauge", "Misses that fetch, render or wait for a thread.", [["", work]]),
        family("originals_bytes", "gauge", "What originals in memory take.", [["", held]]),
        connections === undefined ? "" : family("connections", "gauge", "Connections that are open.", [["", connections]]),
        family("store_bytes", "gauge", "What outputs take.", places("bytes")),
        family("store_outputs", "gauge", "Outputs that are kept.", places("count")),
        family("lacking", "gauge", "Formats that the libraries of this machine cannot read or write.", [
          ...lacks(lacking.unwritable, "write"),
          ...lacks(lacking.unreadable, "read"),
        ]),
      ].join("");
    },
  };
}

function family(name, type, help, samples) {
  const lines = samples.map(([rest, value]) => `imgedge_${name}${rest} ${value}\n`);
  return `# HELP imgedge_${name} ${help}\n# TYPE imgedge_${name} ${type}\n${lines.join("")}`;
}

/**
 * On loopback, because the numbers are nobody else's business, and by a name of it only: a page of any origin can have its own name
 * resolved to this machine (DNS rebinding), but the browser still says the name. Throws where it cannot listen.
 */
export function serveMetrics(port, text) {
  const respond = ({ method, target, fields }) => {
    if (!isLoopback(fields)) return answer(421, "http://localhost/metrics only\n");
    const isRead = ["GET", "HEAD"].includes(method) && target === "/metrics";
    return isRead ? answer(200, text(), "text/plain; version=0.0.4; charset=utf-8") : answer(404, "GET /metrics\n");
  };
  const refuse = () => ({ status: 400, fields: ["Content-Length", "0"], body: null });
  return listen({ respond, refuse }, { host: "127.0.0.1", port, maximumConnections: 64 });
}

const loopback = /^(?:localhost\.?|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]*)?$/i;

function isLoopback(fields) {
  const index = fields.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return index >= 0 && loopback.test(fields[index + 1]);
}

function answer(status, text, mediaType = "text/plain; charset=utf-8") {
  const body = new TextEncoder().encode(text);
  return { status, fields: ["Content-Type", mediaType, "Content-Length", String(body.length)], body };
}
