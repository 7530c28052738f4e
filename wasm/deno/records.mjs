// Records in a file of SQLite, which native hosts may use at the same time, or in memory.
//
// Schema and statements come from the module (its export `sqlite`), and so do the requests, which it has checked. What is here follows
// Sources/NativeHost/Records step by step; one suite of tests holds the two to the same results.

import { Buffer } from "node:buffer";
import { setTimeout } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";

/** A page ends with the body that makes all of its bodies longer than this, in bytes. */
const maximumPageBytes = 1 << 20;

/** How long a request waits for another process. It does so in turns of the event loop, for this thread has more to do. */
const busyMilliseconds = 2000;
const pauseMilliseconds = 10;

/** Requests that wait for another process at one time. */
const maximumPending = 1024;

/**
 * @param options.file The path of the file; absent for a store in memory.
 * @param options.sqlite What the module's export of that name says.
 * @param options.report Takes a line for the operator's log; the same fault at most every 10 s.
 */
export function createRecords({ file, sqlite, report = () => {} }) {
  let connection;
  let pending = 0;
  const notes = repeatedNotes(report);
  const open = () => {
    if (connection?.isInPlace()) return connection;
    close();
    connection = connect(file, sqlite);
    return connection;
  };
  const close = () => {
    try {
      connection?.close();
    } catch { /* It is gone either way. */ }
    connection = undefined;
  };
  /** The result, or nothing where another process has the lock. */
  const attempt = (request) => {
    try {
      const result = open().perform(request);
      notes.end("the store of records is back");
      return result;
    } catch (error) {
      if (isBusy(error)) return undefined;
      if (file !== undefined && !sparesConnection(error)) close();
      notes.report(`the store of records ${file ?? "in memory"} cannot be used: ${error.message}`);
      return "unavailable";
    }
  };
  return {
    close,
    /** A request as the module writes it, parsed; the result as the module reads it, to be serialized. */
    async perform(request) {
      if (pending >= maximumPending) return "overloaded";
      pending += 1;
      try {
        const end = performance.now() + busyMilliseconds;
        do {
          const result = attempt(request);
          if (result !== undefined) return result;
          await setTimeout(pauseMilliseconds);
        } while (performance.now() < end);
        return "overloaded";
      } finally {
        pending -= 1;
      }
    },
  };
}

function connect(file, { applicationID, settings, migrations, statements }) {
  if (file !== undefined) create(file);
  const identity = identify(file);
  const database = new DatabaseSync(file ?? ":memory:", { timeout: 0 });
  const prepared = {};
  const statement = (name) => (prepared[name] ??= database.prepare(statements[name]));

  const transaction = (begin, body) => {
    database.exec(begin);
    try {
      const value = body();
      database.exec(value === undefined ? "ROLLBACK" : "COMMIT");
      return value;
    } catch (error) {
      // Some errors have rolled back already.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };

  const missingMigrations = () => {
    const number = (sql) => Object.values(database.prepare(sql).get())[0];
    const [id, version] = [number("PRAGMA application_id"), number("PRAGMA user_version")];
    if (id === 0 && version === 0 && number("SELECT count(*) FROM sqlite_schema") === 0) return migrations;
    if (id !== applicationID) throw new Error("it is a database of another program");
    if (version > migrations.length) {
      throw new Error(`it is of version ${version}, and this program knows versions up to ${migrations.length}`);
    }
    if (version < 1) throw new Error(`it is of version ${version}`);
    return migrations.slice(version);
  };

  const page = ({ partition, from, through, isDescending, limit, after = null }) => {
    const records = [];
    let byteCount = 0;
    const rows = statement(isDescending ? "descending" : "ascending").iterate(partition, from, through, limit, after);
    for (const row of rows) {
      const record = read(partition, row);
      records.push(record);
      byteCount += Buffer.byteLength(record.body);
      if (records.length === limit || byteCount > maximumPageBytes) return { page: { records, next: record.key[1] } };
    }
    return { page: { records } };
  };

  const holds = ({ key, condition }) => {
    if (condition === "always") return true;
    const found = statement("revision").get(...key);
    return condition === "absent" ? found === undefined : found !== undefined && Object.values(found)[0] === condition.revision;
  };

  const change = ({ key, change }) => {
    if (change === "delete") statement("delete").run(...key);
    if (change.put) statement("put").run(...key, change.put.body, integer(change.put.expires));
    if (change.add) {
      statement("touch").run(...key, integer(change.add.expires));
      const { counters } = change.add;
      for (let index = 0; index < counters.length; index += 2) {
        statement("add").run(...key, counters[index], integer(counters[index + 1]));
      }
    }
  };

  const write = ({ writes, asOf }) => {
    let conflict;
    const result = transaction("BEGIN IMMEDIATE", () => {
      for (const { key } of writes) statement("expire").run(...key, integer(asOf));
      const index = writes.findIndex((write) => !holds(write));
      if (index >= 0) {
        conflict = { conflict: index };
        return undefined;
      }
      for (const one of writes) change(one);
      statement("sweep").run(integer(asOf));
      return "written";
    });
    return conflict ?? result;
  };

  const get = (keys) => ({
    records: keys.map((key) => {
      const row = statement("get").get(...key);
      return row === undefined ? null : read(key[0], row);
    }),
  });

  try {
    // Before anything is changed: the file may be somebody else's.
    const isBehind = missingMigrations().length > 0;
    for (const sql of settings) database.exec(sql);
    if (isBehind) {
      transaction("BEGIN IMMEDIATE", () => {
        // Another process may have been here meanwhile.
        for (const sql of missingMigrations()) database.exec(sql);
        database.exec(`PRAGMA application_id=${applicationID}; PRAGMA user_version=${migrations.length}`);
        return true;
      });
    }
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    close: () => database.close(),
    /** Whether the path still names the file that is open. */
    isInPlace: () => identify(file) === identity,
    perform(request) {
      if (request.get) return transaction("BEGIN", () => get(request.get));
      if (request.query) return transaction("BEGIN", () => page(request.query));
      return write(request.write);
    },
  };
}

/** A new file is for this user alone: records hold addresses and sealed secrets. SQLite reports what cannot be made. */
function create(file) {
  try {
    Deno.openSync(file, { createNew: true, read: true, write: true, mode: 0o600 }).close();
  } catch { /* It is there, or cannot be. */ }
}

function identify(file) {
  if (file === undefined) return "";
  try {
    const { dev, ino } = Deno.statSync(file);
    return `${dev}:${ino}`;
  } catch {
    return "none";
  }
}

function read(partition, row) {
  const [sort, body, revision, expires, counters] = Object.values(row);
  const record = { key: [partition, sort], body, counters: Object.entries(JSON.parse(counters)).flat(), revision };
  if (expires !== null) record.expires = expires;
  return record;
}

/** A whole number of 64 bits, which crosses as text. */
function integer(text) {
  return text === undefined ? null : BigInt(text);
}

/** Deno gives SQLite's words and not its codes. */
function isBusy({ message }) {
  return /^database (table |schema )?is locked/.test(message);
}

/** A disk that is full has room again some time, and until then can be read. */
function sparesConnection({ message }) {
  return /^database or disk is full/.test(message);
}

/** Reports a fault when it begins or changes, and every 10 s while it lasts. */
function repeatedNotes(report) {
  let last;
  return {
    report(text) {
      if (last?.text === text && performance.now() - last.time < 10_000) return;
      last = { text, time: performance.now() };
      report(text);
    },
    end(text) {
      if (last === undefined) return;
      last = undefined;
      report(text);
    },
  };
}
