// A provider for @nuxt/image 1 and 2: nuxt.config.ts → image: { providers: { imgedge: { provider: "./nuxt-image.mjs",
// options: { baseURL: "https://acme.example.com" } } } }.
const names = { width: "w", height: "h" };
const fits = { fill: "squeeze", inside: "scale-down", outside: "cover" };

export function getImage(src, { modifiers = {}, baseURL = "http://demo.localhost:8080" } = {}) {
  const query = new URLSearchParams({ src: src.replace(/^\/+/, "") });
  for (const [name, value] of Object.entries(modifiers)) {
    if (value === undefined || value === null) continue;
    query.set(names[name] ?? name, name === "fit" ? fits[value] ?? value : value);
  }
  return { url: `${baseURL}/transform?${query}` };
}

// Version 1 takes the function by its name, version 2 this: what its defineProvider({ getImage }) returns.
const provider = { getImage };
export default () => provider;
