// Each loader writes the URL that the conformance suite asks the service for, see Tests/ConformanceTests/Cases/integrations.json.
import next from "./next-image.mjs";
import provider, { getImage } from "./nuxt-image.mjs";
import { extract, generate } from "./unpic.mjs";

const base = "http://demo.localhost:8080";
const cases = JSON.parse(
  await Deno.readTextFile(new URL("../../Tests/ConformanceTests/Cases/integrations.json", import.meta.url)),
);

function expectTarget(id, url) {
  const target = cases.find((one) => one.id === id)?.request.target;
  if (url !== base + target) throw new Error(`${id}: ${url} is not ${base}${target}`);
}

Deno.test("next/image", () => {
  expectTarget("integration-next-image", next({ src: "pictures/photo.jpg", width: 640, quality: 75 }));
  expectTarget("integration-next-image", next({ src: "/pictures/photo.jpg", width: 640, quality: 75 }));
  expectTarget("integration-next-image-standard-quality", next({ src: "pictures/photo.jpg", width: 640 }));
});

// Version 1 calls the function that bears the name, version 2 that of what the default export gives.
for (const [version, image] of [[1, getImage], [2, provider().getImage]]) {
  Deno.test(`@nuxt/image ${version}`, () => {
    const modifiers = { width: 320, height: 200, fit: "outside", format: undefined };
    expectTarget("integration-nuxt-image", image("/pictures/photo.jpg", { modifiers, baseURL: base }).url);
    expectTarget("integration-nuxt-image-fill", image("pictures/photo.jpg", {
      modifiers: { width: 320, height: 200, fit: "fill", format: "webp" },
      baseURL: base,
    }).url);
  });
}

Deno.test("unpic", () => {
  const url = generate("pictures/photo.jpg", { width: 300, height: 300, fit: "cover", quality: undefined }, { baseUrl: base });
  expectTarget("integration-unpic", url);
  expectTarget("integration-unpic", generate("/pictures/photo.jpg", { width: 300, height: 300, fit: "cover" }, { baseUrl: base }));
  const read = extract(url);
  if (generate(read.src, read.operations, read.options) !== url) throw new Error("extract and generate disagree");
  if (extract("https://example.com/a.jpg") !== null) throw new Error("it reads what is not its own");
});
