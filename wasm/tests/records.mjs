// A store of records under Deno for the tests of all stores: requests come as lines of JSON, and each result leaves as one. The first line
// is what the module's export `sqlite` says. The file is the first argument; without one, the store is in memory.

import { createRecords } from "../deno/records.mjs";

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(splitter());
let records;
for await (const line of lines) {
  if (records === undefined) {
    records = createRecords({ file: Deno.args[0], sqlite: JSON.parse(line), report: (text) => console.error(text) });
  } else {
    console.log(JSON.stringify(await records.perform(JSON.parse(line))));
  }
}

function splitter() {
  let parts = [];
  return new TransformStream({
    transform(chunk, controller) {
      const pieces = chunk.split("\n");
      parts.push(pieces[0]);
      for (const piece of pieces.slice(1)) {
        controller.enqueue(parts.join(""));
        parts = [piece];
      }
    },
  });
}
