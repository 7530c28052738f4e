// What a host divides among shares, held to the examples that the native host is held to.

import { FairQueue, HeldBytes, Room } from "../room.mjs";

const examples = (name) => JSON.parse(Deno.readTextFileSync(new URL(`../../Tests/Fairness/${name}.json`, import.meta.url)));

function check(index, found, expected) {
  if (found !== expected) throw new Error(`step ${index + 1}: ${found} is not ${expected}`);
}

const outcome = (admission) => admission ? admission.displaced ?? "admitted" : "refused";

for (const { why, room: maximum, weights = {}, steps } of examples("room")) {
  Deno.test(`room: ${why}`, () => {
    const room = new Room(maximum);
    const share = (name) => ({ workspace: name[0], weight: weights[name[0]] ?? 1 });
    for (const [index, step] of steps.entries()) {
      if (step.leave) room.leave(step.leave, share(step.leave));
      else if (step.enter) check(index, outcome(room.enter(step.enter, share(step.enter))), step.then);
      else check(index, room.hasRoom(step.asks ? share(step.asks) : undefined), step.then);
    }
  });
}

for (const { why, places, waiting, weights = {}, steps } of examples("turns")) {
  Deno.test(`turns: ${why}`, () => {
    const queue = new FairQueue();
    const share = (name) => ({ workspace: name[0], weight: weights[name[0]] ?? 1 });
    for (const [index, step] of steps.entries()) {
      if (step.enter) {
        const admission = queue.append(step.enter, share(step.enter), queue.room(share(step.enter), places, waiting));
        check(index, outcome(admission), step.then);
      } else if (step.leave) check(index, queue.remove(step.leave, share(step.leave)), true);
      else if (step.end) queue.end(share(step.end), step.cost ?? 0);
      else check(index, queue.next(places)?.entry ?? null, step.next);
    }
  });
}

for (const { why, maximum, largest = 0, weights = {}, steps } of examples("bytes")) {
  Deno.test(`bytes: ${why}`, () => {
    const bytes = new HeldBytes(maximum);
    const share = (name) => ({ workspace: name, weight: weights[name] ?? 1 });
    for (const [index, { take, give, count, then }] of steps.entries()) {
      if (take) check(index, bytes.take(count, share(take), largest), then);
      else bytes.give(count, share(give));
    }
    if (bytes.count < 0) throw new Error("more is given back than was taken");
  });
}
