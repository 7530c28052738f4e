// Each loader writes the URL that the conformance suite asks the service for, see Tests/ConformanceTests/Cases/integrations.json.
// Runs in Node (`node --test docs/loaders/`) and in Deno (`deno test --allow-read --allow-env docs/loaders`).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import process from "node:process";

const base = "http://demo.localhost:8080";
process.env.NEXT_PUBLIC_IMGEDGE = base + "/";
const { default: next } = await import("./next-image.mjs");
const { default: provider, getImage } = await import("./nuxt-image.mjs");
const { extract, generate, transform } = await import("./unpic.mjs");

const cases = JSON.parse(readFileSync(new URL("../../Tests/ConformanceTests/Cases/integrations.json", import.meta.url)));

function expectTarget(id, url) {
  assert.equal(url, base + cases.find((one) => one.id === id)?.request.target, id);
}

test("next/image", () => {
  for (const src of ["pictures/photo.jpg", "/pictures/photo.jpg"]) {
    expectTarget("integration-next-image", next({ src, width: 640, quality: 75 }));
  }
  expectTarget("integration-next-image-standard-quality", next({ src: "pictures/photo.jpg", width: 640 }));
  assert.equal(next({ src: "https://a.example/b c.jpg", width: 64 }), `${base}/transform?src=https%3A%2F%2Fa.example%2Fb+c.jpg&w=64&fit=scale-down`);
});

// Version 1 calls the function that bears the name, version 2 that of what the default export gives.
for (const [version, image] of [[1, getImage], [2, provider().getImage]]) {
  const url = (modifiers, src = "/pictures/photo.jpg", baseURL = base) => image(src, { modifiers, baseURL }).url;

  test(`@nuxt/image ${version}: the fits`, () => {
    expectTarget("integration-nuxt-image", url({ width: 320, height: 200, fit: "outside", format: undefined }));
    expectTarget("integration-nuxt-image-fill", url({ width: 320, height: 200, fit: "fill", format: "webp" }, "pictures/photo.jpg"));
    const asked = (modifiers) => new URL(url(modifiers)).searchParams.get("fit");
    for (const [fit, ours] of [["cover", "crop"], ["contain", "pad"], ["inside", "scale-down"], [undefined, "crop"], ["pad", "pad"]]) {
      assert.equal(asked({ width: 3, height: 2, fit }), ours, fit);
    }
    assert.equal(asked({ width: 3, height: 2, fit: "cover", enlarge: true }), "cover");
    assert.equal(asked({ width: 3, enlarge: true }), "contain");
    assert.equal(asked({ width: 3, fit: "cover" }), "scale-down");
    assert.equal(asked({}), null);
  });

  test(`@nuxt/image ${version}: what says nothing is left out`, () => {
    const nothing = { width: null, height: undefined, quality: "", format: "auto", background: null };
    assert.equal(url(nothing), `${base}/transform?src=pictures%2Fphoto.jpg`);
    assert.equal(url({ width: "99.6" }), `${base}/transform?src=pictures%2Fphoto.jpg&w=100&fit=scale-down`);
  });

  test(`@nuxt/image ${version}: the base may end with slashes`, () => {
    assert.equal(url({}, "/a/b.jpg", base + "//"), `${base}/transform?src=a%2Fb.jpg`);
    assert.equal(image("a/b.jpg").url, "http://demo.localhost:8080/transform?src=a%2Fb.jpg");
  });
}

test("unpic: generate", () => {
  const src = "pictures/photo.jpg";
  for (const one of [src, "/" + src]) {
    expectTarget("integration-unpic", generate(one, { width: 300, height: 300, fit: "cover", quality: undefined }, { baseUrl: base + "/" }));
  }
  expectTarget("integration-unpic-width", generate(src, { width: 3840, format: "auto", height: null, quality: "" }, { baseUrl: base }));
  assert.equal(generate(src, { width: 99.5, height: "50.4" }), `${base}/transform?src=pictures%2Fphoto.jpg&w=100&h=50&fit=crop`);
  assert.equal(generate(src, { width: "" }), `${base}/transform?src=pictures%2Fphoto.jpg`);
  assert.equal(generate(new URL("https://a.example/b.jpg")), `${base}/transform?src=https%3A%2F%2Fa.example%2Fb.jpg`);
  const operations = Object.freeze({ width: 1 });
  generate(src, operations);
});

test("unpic: extract reads every form of a URL", () => {
  const operations = { width: 300, height: 200, quality: 50, fit: "cover" };
  const query = "w=300&h=200&quality=50&fit=cover";
  for (
    const [path, src, options] of [
      [`/transform?src=pictures%2Fa+b.jpg&${query}`, "pictures/a b.jpg"],
      [`/transform?src=https%3A%2F%2Fx.example%2Fa.jpg%3Fb%3Dc&${query}`, "https://x.example/a.jpg?b=c"],
      [`/transform/pictures/a%20b.jpg?${query}`, "pictures/a b.jpg"],
      [`/pictures/a%20b.jpg?${query}`, "pictures/a b.jpg", { baseUrl: base }],
      ["/cdn-cgi/image/width=300,h=200,q=50,fit=cover/pictures/a%20b.jpg", "pictures/a b.jpg"],
      ["/cdn-cgi/image/width=300,h=200,q=50,fit=cover/https://x.example/a.jpg?b=c", "https://x.example/a.jpg?b=c"],
    ]
  ) {
    for (const url of [base + path, new URL(base + path)]) {
      assert.deepEqual(extract(url, options), { src, operations, options: { baseUrl: base } }, path);
    }
  }
});

test("unpic: extract reads nothing else", () => {
  for (
    const [url, options] of [
      ["https://example.com/a.jpg"], ["no URL"], [""], [base + "/transform"], [base + "/transform?w=3"], [base + "/transform/"],
      [base + "/info/pictures/a.jpg", { baseUrl: base }], [base + "/grid?src=a/b&src=c/d", { baseUrl: base }],
      [base + "/transform?src=a/b", { baseUrl: "https://other.example" }], [base + "/cdn-cgi/image/w=3"],
      ["https://other.example/pictures/a.jpg", { baseUrl: base }],
    ]
  ) assert.equal(extract(url, options), null, url);
});

test("unpic: generate writes what extract has read", () => {
  const url = generate("pictures/photo.jpg", { width: 300, height: 300, fit: "cover", blur: 2 }, { baseUrl: base });
  const { src, operations, options } = extract(url);
  assert.equal(generate(src, operations, options), url);
});

test("unpic: transform changes a URL of ours, and makes one of any other", () => {
  const url = generate("pictures/photo.jpg", { width: 300, fit: "cover" }, { baseUrl: base });
  assert.equal(transform(url, { width: 100 }), `${base}/transform?src=pictures%2Fphoto.jpg&w=100&fit=cover`);
  assert.equal(
    transform("https://a.example/b.jpg", { width: 100 }, { baseUrl: "https://acme.example/" }),
    "https://acme.example/transform?src=https%3A%2F%2Fa.example%2Fb.jpg&w=100&fit=scale-down",
  );
});
