// SPDX-License-Identifier: Apache-2.0
/* Calls of AWS's APIs, as its own clients make them: what they make is in fairlead's store. */
import {open, withQuery} from "./api.js";

const ECS = "AmazonEC2ContainerServiceV20141113";

/* The ARN of the target group of that name; throws the refusal. */
export async function groupArn(group) {
  const path = withQuery("/", {Action: "DescribeTargetGroups", "Names.member.1": group, Version: "2015-12-01"});
  const answer = await (await open("GET", path, {wire: {service: "elasticloadbalancing"}})).text();
  return new DOMParser().parseFromString(answer, "text/xml").querySelector("TargetGroupArn").textContent;
}

export async function ecs(operation, input) {
  const wire = {service: "ecs", headers: {"content-type": "application/x-amz-json-1.1", "x-amz-target": `${ECS}.${operation}`}};
  return (await open("POST", "/", {body: input, wire})).json();
}
