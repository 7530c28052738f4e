// A loader for next/image: next.config.js → images: { loader: "custom", loaderFile: "./next-image.mjs" }.
// `src` is `<source>/<path>`, with or without a slash before it, or a full URL; the base is the workspace's host.
// Next puts the value in the place of exactly this spelling; browsers have no `process`.
// deno-lint-ignore no-process-global
const base = (process.env.NEXT_PUBLIC_IMGEDGE ?? "http://demo.localhost:8080").replace(/\/+$/, "");

export default function imgedgeLoader({ src, width, quality }) {
  const query = new URLSearchParams({ src: src.replace(/^\/+/, ""), w: Math.round(width), fit: "scale-down" });
  if (quality) query.set("quality", quality);
  return `${base}/transform?${query}`;
}
