// Room for misses, held to the examples that the native host's queue is held to.

import { Room } from "../room.mjs";

const examples = JSON.parse(Deno.readTextFileSync(new URL("../../Tests/Fairness/room.json", import.meta.url)));

for (const { why, room: maximum, weights = {}, steps } of examples) {
  Deno.test(`room: ${why}`, () => {
    const room = new Room(maximum);
    const share = (name) => ({ workspace: name[0], weight: weights[name[0]] ?? 1 });
    for (const [index, step] of steps.entries()) {
      if (step.leave) {
        room.leave(step.leave, share(step.leave));
        continue;
      }
      const found = step.enter ? outcome(room.enter(step.enter, share(step.enter))) : room.hasRoom(step.asks ? share(step.asks) : undefined);
      if (found !== step.then) throw new Error(`step ${index + 1}: ${found} is not ${step.then}`);
    }
  });
}

function outcome(admission) {
  return admission ? admission.displaced ?? "admitted" : "refused";
}
