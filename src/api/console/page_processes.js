// SPDX-License-Identifier: Apache-2.0
/* The processes of this fairlead and the walls around them. */
import {marks, numbers, texts} from "./columns.js";
import {facts, fill, h, panel} from "./dom.js";
import {Loader} from "./loader.js";
import {Table} from "./table.js";
import {count, milliseconds, moment, part, span} from "./text.js";

export function processesPage() {
  const about = h("div");
  const walls = h("div");
  const table = new Table({caption: "Processes", key: row => row.Role + row.Slot, columns: [
    texts("Role", row => row.Role === "worker" ? `worker ${row.Slot}` : row.Role),
    marks("State", row => row.Pid === null ? "ended" : row.State),
    numbers("Pid", row => row.Pid ?? "–"), numbers("Generation", "AppliedGeneration", count),
    numbers("Connections", "Connections", count), numbers("Requests", "Requests", count), numbers("Restarts", "Restarts", count),
    texts("Last end", "LastEnd", {kind: "name long"})]});
  const loader = new Loader(["/v1/status", "/v1/workers"], status => {
    table.update([...status.Workers, ...Object.values(status).filter(one => one?.Role)]);
    fill(about, facts([["Version", status.Version], ["Up", `${span(status.UptimeSeconds)}, since ${moment(status.StartedAt)}`],
      ["Workers", part(status.LivingWorkerCount, status.WorkerCount) + " run"],
      ["Generation", `${status.Generation}, in force everywhere: ${status.AppliedGeneration}`],
      ["A change is in force after", milliseconds(status.SnapshotAppliedMicroseconds / 1000)],
      ["Worker restarts", count(status.WorkerRestarts)]]));
    fill(walls, h("p", status.Walls ?? "None"), status.MissingWalls && h("p", "Missing on this system: ", status.MissingWalls));
  }, {every: 2000});
  return {title: "Processes", under: "Control decides, workers forward, the observer checks; one that ends is started again.",
    loaders: [loader], content: [loader.node, panel(about), panel(table.node), panel(h("h2", "Walls around every process but control"), walls)]};
}
