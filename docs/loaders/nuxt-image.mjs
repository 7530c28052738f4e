// A provider for @nuxt/image 1 and 2: nuxt.config.ts → image: { providers: { imgedge: { provider: "./nuxt-image.mjs",
// options: { baseURL: "https://acme.example.com" } } } }.
const names = { width: "w", height: "h" };
// What Nuxt means by each, which is what sharp means by it. Nothing is enlarged without the modifier `enlarge`.
const fits = { contain: "pad", cover: "crop", outside: "crop", fill: "squeeze", inside: "scale-down" };
const enlarging = { crop: "cover", "scale-down": "contain" };

export function getImage(src, { modifiers = {}, baseURL = "http://demo.localhost:8080" } = {}) {
  const { enlarge, fit, format, ...others } = modifiers;
  const query = new URLSearchParams({ src: `${src}`.replace(/^\/+/, "") });
  const set = (name, value) => {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  };
  for (const [name, value] of Object.entries(others)) set(names[name] ?? name, name in names ? rounded(value) : value);
  const hasBox = query.has("w") && query.has("h");
  const never = hasBox ? fits[fit ?? "cover"] ?? fit : "scale-down";
  if (query.has("w") || query.has("h")) set("fit", enlarge ? enlarging[never] ?? never : never);
  if (format !== "auto") set("format", format);
  return { url: `${baseURL.replace(/\/+$/, "")}/transform?${query}` };
}

/** A side is whole; what is no number is left for the service to complain about. */
function rounded(value) {
  const number = Number(value);
  return value && Number.isFinite(number) ? Math.round(number) : value;
}

// Version 1 takes the function by its name, version 2 this: what its defineProvider({ getImage }) returns.
const provider = { getImage };
export default () => provider;
