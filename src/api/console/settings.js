// SPDX-License-Identifier: Apache-2.0
/* Settings in force: each with its value, its default, and where it was set. */
import {texts} from "./columns.js";
import {Table} from "./table.js";

export const WHY_KEY = "The configuration holds paths and addresses of this machine, so reading it needs an access key.";

export function isSet(setting) {
  return Boolean(setting.Where);
}

/* Of all, or of one target group, whose settings' paths begin with its list and its name. */
export function settingTable({Settings}, group) {
  const prefix = group ? `target_groups.${group}.` : "";
  const table = new Table({caption: "Settings in force", noun: "setting", key: setting => setting.Path, words: setting => `${setting.Path} ${setting.Value} ${setting.Where ?? "default"}`,
    columns: [texts("Setting", setting => setting.Path.slice(prefix.length), {kind: "wide"}), texts("Value", setting => setting.Value), texts("Default", setting => setting.Default),
              texts("Where set", setting => setting.Where ?? "default")]});
  table.update(Settings.filter(setting => setting.Path.startsWith(prefix)));
  return table;
}
