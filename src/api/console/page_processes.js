// SPDX-License-Identifier: Apache-2.0
/* The processes of this fairlead and the walls around them. */
import {get} from "./api.js";
import {marks, numbers, texts} from "./columns.js";
import {facts, fill, h, name, panel} from "./dom.js";
import {Loader} from "./loader.js";
import {Table} from "./table.js";
import {count, moment, part, span} from "./text.js";

const DUTIES = {worker: "takes clients, sends their requests on", observer: "checks targets, serves metrics", logger: "writes the access log", api: "serves this page",
                control: "decides: configuration, discovery, health"};

export function processesPage() {
  const about = h("div");
  const walls = h("div");
  const table = new Table({caption: "Processes", noun: "process", key: row => row.Role + row.Slot, words: row => row.Role, columns: [
    texts("Role", row => row.Role === "worker" ? `worker ${row.Slot}` : row.Role, {kind: "wide"}), marks("State", row => row.Pid === null ? "ended" : row.State), texts("Does", row => DUTIES[row.Role]), numbers("Pid", row => row.Pid ?? "–"),
    numbers("Generation", row => row.AppliedGeneration, count), numbers("Connections", row => row.Connections, count), numbers("Requests", row => row.Requests, count), numbers("Restarts", row => row.Restarts, count), texts("Last end", row => row.LastEnd)]});
  const loader = new Loader(() => Promise.all([get("/v1/status"), get("/v1/workers")]), ([status, {Workers, ...others}]) => {
    table.update([...Workers, ...Object.values(others).filter(one => one?.Role)]);
    fill(about, facts([["Version", status.Version], ["Up", `${span(status.UptimeSeconds)}, since ${moment(status.StartedAt)}`], ["Workers", part(status.LivingWorkerCount, status.WorkerCount) + " run"],
      ["Generation", `${status.Generation}, in force everywhere: ${status.AppliedGeneration}`], ["A change is in force after", status.SnapshotAppliedMicroseconds && `${(status.SnapshotAppliedMicroseconds / 1000).toFixed(1)} ms`],
      ["Worker restarts", count(status.WorkerRestarts)], ["Connections", count(status.ActiveConnectionCount)], ["Requests in flight", count(status.ActiveRequestCount)]]));
    fill(walls, facts([["Around every process but control", name(status.Walls ?? "none")], ["Not given by this system or this start", status.MissingWalls && name(status.MissingWalls)]]));
  }, {every: 2000});
  return {title: "Processes", node: h("div", null, h("h1", null, "Processes"), h("p.under", null, "Control decides, workers forward, the observer checks. A process that ends is started again in its place."), loader.node,
          panel(null, about), panel(null, table.node), panel("Walls", walls)), back: () => loader.load(), close: () => loader.close()};
}
