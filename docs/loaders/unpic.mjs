// A URL builder with the two functions that unpic asks of a provider: `generate` makes a URL, `extract` reads one.
// `src` is `<source>/<path>`, with or without a slash before it, or a full URL, as text or as a `URL`.
const names = { width: "w", height: "h" };

export function generate(src, operations = {}, { baseUrl = "http://demo.localhost:8080" } = {}) {
  const query = new URLSearchParams({ src: `${src}`.replace(/^\/+/, "") });
  for (const [name, value] of Object.entries(operations)) {
    if (value !== undefined) query.set(names[name] ?? name, value);
  }
  return `${baseUrl}/transform?${query}`;
}

export function extract(url) {
  const parsed = URL.parse(url);
  if (parsed?.pathname !== "/transform" || !parsed.searchParams.has("src")) return null;
  const { src, w, h, ...others } = Object.fromEntries(parsed.searchParams);
  const size = { ...(w && { width: Number(w) }), ...(h && { height: Number(h) }) };
  return { src, operations: { ...size, ...others }, options: { baseUrl: parsed.origin } };
}
