// Outputs on disk, and what is there when a process begins.

import { createOutputs } from "../deno/outputs.mjs";

function assert(condition, message) {
  if (!condition) throw new Error(message);
}

const key = (number) => (number % 256).toString(16).padStart(2, "0") + number.toString(16).padStart(62, "0");
const output = (expires) => ({ body: new Uint8Array([1, 2, 3]), isText: false, mediaType: "image/png", expires });

async function inFolder(test) {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function until(isReached) {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("of an original the disk keeps that it serves, and nothing of its bytes", () =>
  inFolder(async (directory) => {
    const original = { ...output(Date.now() / 1000 + 1000), isOriginal: true };
    const before = createOutputs({ directory });
    await before.put(key(1), original);
    assert(before.peek(key(1)).body.length === 3, "memory has it not");
    const file = await Deno.readFile(`${directory}/01/${key(1)}`);
    assert(file.at(-1) === 10, "the file goes on behind its head");
    const after = createOutputs({ directory });
    const found = await after.get(key(1));
    assert(found.isOriginal && found.body === undefined && found.mediaType === "image/png", JSON.stringify(found));
    assert(after.peek(key(1)) === undefined, "memory has what has no bytes");
    await after.put(key(1), output(Date.now() / 1000 + 1000));
    assert((await createOutputs({ directory }).get(key(1))).body.length === 3, "an output that takes its place has no bytes");
  }));

// An output that is not listed would never be evicted.
Deno.test("outputs are listed at the start although some of them go meanwhile", () =>
  inFolder(async (directory) => {
    const now = Date.now() / 1000;
    const before = createOutputs({ directory });
    const expired = Array.from({ length: 500 }, (_, index) => key(index));
    for (const one of expired) await before.put(one, output(now - 10));
    for (let index = 0; index < 200; index += 1) await before.put(key(1000 + index), output(now + 1000));
    const faults = [];
    const after = createOutputs({ directory, fault: (message) => faults.push(message) });
    await Promise.all(expired.map((one) => after.get(one)));
    await until(() => after.usage.disk.count >= 200 || faults.length > 0);
    assert(faults.length === 0, faults[0]);
  }));

Deno.test("of what is half-written only that is removed which nobody writes any more", () =>
  inFolder(async (directory) => {
    const [left, inTheMaking] = ["left", "making"].map((name) => `${directory}/.${name}.tmp`);
    for (const path of [left, inTheMaking]) await Deno.writeFile(path, new Uint8Array(10));
    const longAgo = Date.now() / 1000 - 7200;
    await Deno.utime(left, longAgo, longAgo);
    await createOutputs({ directory }).put(key(1), output(Date.now() / 1000 + 1000));
    const outputs = createOutputs({ directory });
    await until(() => outputs.usage.disk.count === 1);
    const names = Array.from(Deno.readDirSync(directory), ({ name }) => name).filter((name) => name.endsWith(".tmp"));
    assert(names.join() === ".making.tmp", names.join());
  }));
