// SPDX-License-Identifier: Apache-2.0
/* What to do where there is nothing yet. */
import {command, fill, h, name, panel, quoted} from "./dom.js";
import {Loader} from "./loader.js";
import {plural} from "./text.js";

const SIX_LINES = `listeners = ( { name = "http"; protocol = "HTTP"; address = "0.0.0.0"; port = 80;
    default_actions = ( { type = "forward"; target_group = "web"; } ); } );
target_groups = ( { name = "web"; port = 80; health_check = { path = "/"; }; } );
services = ( { name = "web"; target_group = "web"; container_port = 80; } );
providers = ( { type = "docker"; endpoint = "unix:///var/run/docker.sock"; } );
# then: fairleadctl reload`;

export function runLine(service, container) {
  const label = (key, value) => " --label " + quoted(`fairlead.${key}=${value}`);
  return "docker run -d -p 80" + label("service", service) + (container ? label("container", container) : "") + " IMAGE";
}

/* For the overview: how to get a first target, and what runs already. */
export function emptyLessons(hasGroups) {
  const found = h("p");
  const loader = new Loader(["/v1/tasks"], ({Tasks}) => {
    const names = Tasks.slice(0, 12).flatMap(task => [name(task.Name ?? task.Id.slice(0, 12)), ", "]);
    fill(found, Tasks.length === 0 ? "No provider reports a container now."
      : ["Fairlead hears of ", plural(Tasks.length, "container"), ": ", names, h("a", {href: "#/services"}, "see why they are no targets"), "."]);
    loader.close();
  });
  return panel(h("h2", hasGroups ? "No targets yet" : "Nothing is configured yet"),
    !hasGroups && [h("p", "These lines serve one application. Put them into the configuration file:"), command(SIX_LINES)],
    h("p", "A container becomes a target by its labels, on whatever host port it gets:"), command(runLine("web")),
    loader.node, found);
}

export function emptyGroup(group, services) {
  const service = services.find(one => one.TargetGroupName === group);
  return h("div", service ? [h("p", "A container of service ", name(service.ServiceName), " becomes a target by its labels:"),
    command(runLine(service.ServiceName, service.ContainerName))]
    : h("p", "No service feeds this group. Add one to the configuration, or register a target by hand:"),
    command(`fairleadctl register ${quoted(group)} 127.0.0.1:8080`));
}
