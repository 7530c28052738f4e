// A provider as unpic has them: `generate` makes a URL, `extract` reads one, `transform` changes one, or makes one where there is none.
// `src` is `<source>/<path>`, with or without a slash before it, or a full URL, as text or as a `URL`.
const standardBase = "http://demo.localhost:8080";
const names = { width: "w", height: "h" };
/** First segments of paths that are no root sugar. */
const endpoints = ["transform", "grid", "info", "placeholder", "api", "healthz", "readyz", "metrics", "cdn-cgi"];

export function generate(src, operations = {}, { baseUrl = standardBase } = {}) {
  const query = new URLSearchParams({ src: `${src}`.replace(/^\/+/, "") });
  for (const [name, value] of Object.entries(operations)) {
    if (value === undefined || value === null || value === "" || name === "format" && value === "auto") continue;
    query.set(names[name] ?? name, name in names ? rounded(value) : value);
  }
  // Nothing is enlarged unless `fit` asks for it.
  const [width, height] = [query.has("w") || query.has("size"), query.has("h") || query.has("size")];
  if (!query.has("fit") && (width || height)) query.set("fit", width && height ? "crop" : "scale-down");
  return `${`${baseUrl}`.replace(/\/+$/, "")}/transform?${query}`;
}

/**
 * Reads `/transform?src=…`, `/transform/<source>/<path>`, `/cdn-cgi/image/<options>/<source>` and, where `baseUrl` says that the host
 * is a workspace's, `/<source>/<path>`. `null` for every other URL.
 */
export function extract(url, { baseUrl } = {}) {
  const parsed = parse(url);
  const base = baseUrl === undefined ? undefined : parse(baseUrl);
  if (!parsed || base && base.origin !== parsed.origin) return null;
  const found = named(parsed, base !== undefined);
  if (!found) return null;
  const { src, items } = found;
  const operations = {};
  for (const [name, value] of items) {
    const standard = { w: "width", h: "height", width: "width", height: "height", q: "quality", f: "format" }[name] ?? name;
    operations[standard] = ["width", "height", "quality"].includes(standard) && value !== "" && !isNaN(value) ? Number(value) : value;
  }
  return { src, operations, options: { baseUrl: parsed.origin } };
}

export function transform(src, operations = {}, options = {}) {
  const found = extract(src, options);
  if (!found) return generate(src, operations, options);
  return generate(found.src, { ...found.operations, ...operations }, { ...found.options, ...options });
}

/** The original that a URL names, and what is asked of it. */
function named({ pathname, search, searchParams }, isWorkspace) {
  const [, first, ...rest] = pathname.split("/");
  const items = [...searchParams].filter(([name]) => name !== "src");
  if (first === "cdn-cgi" && rest[0] === "image" && rest.length > 2) {
    const options = rest[1].split(",").filter((one) => one.includes("="));
    const src = rest.slice(2).join("/").replace(/^(https?):\/+/, "$1://");
    const source = /^https?:/i.test(src) ? src + search : decode(src.replace(/^\/+/, ""));
    return { src: source, items: options.map((one) => [one.slice(0, one.indexOf("=")), decode(one.slice(one.indexOf("=") + 1))]) };
  }
  if (first === "transform" && rest.join("") === "") {
    return searchParams.has("src") ? { src: searchParams.get("src"), items } : null;
  }
  const path = first === "transform" ? rest : isWorkspace && !endpoints.includes(first) ? [first, ...rest] : [];
  return path.length > 1 && !searchParams.has("src") ? { src: decode(path.join("/")), items } : null;
}

/** A side is whole; what is no number is left for the service to complain about. */
function rounded(value) {
  const number = Number(value);
  return Number.isFinite(number) ? Math.round(number) : value;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `undefined` for what is no URL; `URL.parse` is younger than the runtimes that this should run in. */
function parse(url) {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
