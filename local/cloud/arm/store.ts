/** What this Azure remembers, in one SQLite file. Every call is one transaction of its own unless wrapped in `atomically`. */
import { DatabaseSync } from "node:sqlite";
import type { Json, JsonObject } from "./json.ts";

export interface Resource {
  /** As it was first written. */
  readonly id: string;
  /** The id in lower case: what it is found by. */
  readonly key: string;
  readonly type: string;
  readonly name: string;
  /** Key of the parent resource or scope. */
  readonly parent: string;
  /** What a GET shows, less id, name, type and systemData. */
  readonly body: JsonObject;
  /** What no GET shows: keys, write-only properties, what serving was given. */
  readonly internal: JsonObject;
  readonly systemData: JsonObject;
  /** Counts writes. */
  readonly revision: number;
}

export type OperationStatus = "InProgress" | "Succeeded" | "Failed" | "Canceled";

export interface Operation {
  readonly id: string;
  readonly key: string;
  readonly resourceId: string;
  readonly verb: "PUT" | "PATCH" | "DELETE" | "POST";
  readonly status: OperationStatus;
  readonly started: string;
  readonly ended: string | null;
  readonly error: { readonly status: number; readonly code: string; readonly message: string } | null;
  /** Options of the request that a restart needs again, and for POST the result. */
  readonly detail: JsonObject;
}

export interface TrafficMoment {
  readonly time: string;
  readonly endpoint: string;
  readonly traffic: Readonly<Record<string, number>>;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS resources (key TEXT PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE,
    parent TEXT NOT NULL, value TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS resources_by_type ON resources (type, name);
  CREATE INDEX IF NOT EXISTS resources_by_parent ON resources (parent, type);
  CREATE TABLE IF NOT EXISTS deleted (key TEXT PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE,
    purge_at TEXT NOT NULL, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, key TEXT NOT NULL, status TEXT NOT NULL, value TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS operations_by_status ON operations (status, key);
  CREATE TABLE IF NOT EXISTS traffic (seq INTEGER PRIMARY KEY, time TEXT NOT NULL, endpoint TEXT NOT NULL COLLATE NOCASE,
    map TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS directory (id TEXT PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS links (holder TEXT NOT NULL, relation TEXT NOT NULL, member TEXT NOT NULL,
    PRIMARY KEY (holder, relation, member));
  CREATE INDEX IF NOT EXISTS links_by_member ON links (member, relation);
`;

export type Store = ReturnType<typeof openStore>;

/** Opens the file, or makes it; `:memory:` keeps nothing. */
export function openStore(file: string) {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  db.exec(SCHEMA);
  const statements = new Map<string, ReturnType<typeof db.prepare>>();
  const prepare = (sql: string) => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const rows = <T>(sql: string, ...values: string[]): T[] =>
    prepare(sql)
      .all(...values)
      .map((row) => JSON.parse(row["value"] as string) as T);
  const run = (sql: string, ...values: string[]) => prepare(sql).run(...values);
  let accessRevision = 0;
  /** A write to this key may change who may do what. */
  const noteAccess = (key: string) => {
    if (key.includes("/providers/microsoft.authorization/role")) accessRevision++;
  };

  return {
    close: () => db.close(),

    get: (key: string) => rows<Resource>("SELECT value FROM resources WHERE key = ?", key)[0],
    put(resource: Resource): void {
      const { key, type, name, parent } = resource;
      noteAccess(key);
      const sql = `INSERT INTO resources (key, type, name, parent, value) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value`; // keeps the row's place in lists
      run(sql, key, type.toLowerCase(), name, parent, JSON.stringify(resource));
    },
    remove(key: string): void {
      noteAccess(key);
      run("DELETE FROM resources WHERE key = ?", key);
    },
    /** Changes whenever role assignments or role definitions may have. */
    accessRevision: () => accessRevision,
    /** Everything under a key, deepest first. */
    under: (key: string) =>
      rows<Resource>(
        "SELECT value FROM resources WHERE key > ? AND key < ? ORDER BY length(key) DESC",
        `${key}/`,
        `${key}0`, // the character after the slash
      ),
    children: (parent: string, type: string) =>
      rows<Resource>(
        "SELECT value FROM resources WHERE parent = ? AND type = ? ORDER BY rowid",
        parent,
        type.toLowerCase(),
      ),
    ofType: (type: string) =>
      rows<Resource>("SELECT value FROM resources WHERE type = ? ORDER BY rowid", type.toLowerCase()),
    named: (type: string, name: string) =>
      rows<Resource>("SELECT value FROM resources WHERE type = ? AND name = ?", type.toLowerCase(), name),

    softDelete(resource: Resource, purgeAt: string): void {
      const sql = "INSERT OR REPLACE INTO deleted (key, type, name, purge_at, value) VALUES (?, ?, ?, ?, ?)";
      run(sql, resource.key, resource.type.toLowerCase(), resource.name, purgeAt, JSON.stringify(resource));
    },
    /** Forgets what is past its time, then looks. */
    deleted(type: string, now: string): Resource[] {
      run("DELETE FROM deleted WHERE purge_at <= ?", now);
      return rows<Resource>("SELECT value FROM deleted WHERE type = ?", type.toLowerCase());
    },
    purge: (key: string) => run("DELETE FROM deleted WHERE key = ?", key).changes > 0,

    putOperation(operation: Operation): void {
      const sql = `INSERT INTO operations (id, key, status, value) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, value = excluded.value`;
      run(sql, operation.id, operation.key, operation.status, JSON.stringify(operation));
    },
    operation: (id: string) => rows<Operation>("SELECT value FROM operations WHERE id = ?", id)[0],
    operationsInProgress: () =>
      rows<Operation>("SELECT value FROM operations WHERE status = 'InProgress' ORDER BY rowid"),

    noteTraffic(endpoint: string, time: string, traffic: Record<string, number>): void {
      run(
        "INSERT INTO traffic (time, endpoint, map) VALUES (?, ?, ?)",
        time,
        endpoint,
        JSON.stringify(traffic),
      );
    },
    /** Oldest first. */
    trafficHistory: (endpoint: string) =>
      rows<TrafficMoment>(
        `SELECT json_object('time', time, 'endpoint', endpoint, 'traffic', json(map)) AS value
         FROM traffic WHERE endpoint = ? ORDER BY seq`,
        endpoint,
      ),

    putEntry: (id: string, kind: string, value: JsonObject) =>
      void run(
        "INSERT INTO directory (id, kind, value) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        id,
        kind,
        JSON.stringify(value),
      ),
    entry: (id: string) => rows<JsonObject>("SELECT value FROM directory WHERE id = ?", id)[0],
    entries: (kind: string) =>
      rows<JsonObject>("SELECT value FROM directory WHERE kind = ? ORDER BY rowid", kind),
    removeEntry(id: string): void {
      run("DELETE FROM directory WHERE id = ?", id);
      run("DELETE FROM links WHERE holder = ? OR member = ?", id, id);
    },
    link: (holder: string, relation: string, member: string) =>
      run("INSERT OR IGNORE INTO links VALUES (?, ?, ?)", holder, relation, member).changes > 0,
    unlink: (holder: string, relation: string, member: string) =>
      run("DELETE FROM links WHERE holder = ? AND relation = ? AND member = ?", holder, relation, member)
        .changes > 0,
    linked: (holder: string, relation: string): string[] =>
      prepare("SELECT member FROM links WHERE holder = ? AND relation = ? ORDER BY rowid")
        .all(holder, relation)
        .map((row) => row["member"] as string),
    /** What the entry is linked to from. */
    holders: (member: string, relation: string): string[] =>
      prepare("SELECT holder FROM links WHERE member = ? AND relation = ? ORDER BY rowid")
        .all(member, relation)
        .map((row) => row["holder"] as string),

    /** Runs it as one transaction; what it throws undoes it. */
    atomically<T>(work: () => T): T {
      db.exec("BEGIN");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        accessRevision++;
        throw error;
      }
    },
  };
}

/** Numbers of a JSON map; what is no number is left out. */
export const numbers = (value: Json | undefined): Record<string, number> =>
  Object.fromEntries(
    Object.entries(value && typeof value === "object" && !Array.isArray(value) ? value : {}).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
