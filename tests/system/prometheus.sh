#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real Prometheus takes the metrics and the alerts that conf/ has, and an alert of it fires; every
# metric that alerts and dashboard name is one that the page has.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
for command in prometheus promtool; do
    command -v "$command" >/dev/null || skip "$command is missing"
done
conf=$(cd "$(dirname "$0")/../../conf" && pwd)

port=$(free_port) metrics_port=$(free_port) app_port=$(free_port)
app_start "$app_port" web-1
DIR=$work "$support/config" -n "$port" -t "$app_port" -g empty \
    -o "metrics = { address = \"127.0.0.1\"; port = $metrics_port; };"
fairlead_start
wait_for 10 served_by web-1 "http://127.0.0.1:$port/"

step "promtool takes page and alerts"
curl -sf "http://127.0.0.1:$metrics_port/metrics" >"$work/page"
promtool check metrics <"$work/page" || fail "the page"
promtool check rules "$conf/prometheus-alerts.yml" || fail "the alerts"

step "what alerts and dashboard name is on the page"
{ jq -r '.. | .expr? // empty' "$conf/grafana-dashboard.json"; cat "$conf/prometheus-alerts.yml"; } |
    grep -oE 'fairlead_[a-z0-9_]+' | sed -E 's/_(bucket|sum|count)$//' | sort -u >"$work/named"
grep -oE '^# TYPE fairlead_[a-z0-9_]+' "$work/page" | cut -d ' ' -f 3 | sort -u >"$work/had"
unknown=$(comm -23 "$work/named" "$work/had")
[ -z "$unknown" ] || fail "not on the page: $unknown"
[ "$(wc -l <"$work/named")" -gt 10 ] || fail "names were not found: $(cat "$work/named")"

step "a scrape, and an alert"
# Alerts wait for minutes; here for nothing.
sed -E 's/^( *for:).*/\1 0s/' "$conf/prometheus-alerts.yml" >"$work/alerts.yml"
prometheus_port=$(free_port)
cat >"$work/prometheus.yml" <<END
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ alerts.yml ]
scrape_configs:
  - job_name: fairlead
    static_configs: [ { targets: [ "127.0.0.1:$metrics_port" ] } ]
END
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
    --web.listen-address="127.0.0.1:$prometheus_port" >"$work/prometheus.log" 2>&1 &
system_at_end kill -KILL $!

# asks QUERY: the values that Prometheus has now.
asks() {
    curl -sfG "http://127.0.0.1:$prometheus_port/api/v1/query" --data-urlencode "query=$1" |
        jq -r '.data.result[].value[1]'
}
is_up() {
    [ "$(asks 'up{job="fairlead"}')" = 1 ] && [ "$(asks 'fairlead_build_info')" = 1 ]
}
wait_for 60 is_up
has_requests() {
    [ "$(asks 'sum(fairlead_requests_total) > 0' | wc -l)" = 1 ]
}
wait_for 10 has_requests
fires() {
    curl -sf "http://127.0.0.1:$prometheus_port/api/v1/alerts" | jq -r '.data.alerts[].labels.alertname' |
        grep -qx "$1"
}
wait_for 30 fires FairleadGroupEmpty
fairlead_stop
