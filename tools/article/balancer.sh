# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Section 1: a load balancer in two subnets, three target groups, a listener and its rules. Sourced by
# demo-article.

declare -A groups

make_security_group() {
    run aws sts get-caller-identity
    is "the key says whose it is" '.Account == "000000000000" and (.Arn | endswith("user/article"))'
    run aws ec2 describe-subnets
    is "there are two subnets" '.Subnets | length == 2'
    is "they are in two zones" '[.Subnets[].AvailabilityZone] | sort == ["us-east-1a", "us-east-1b"]'
    is "they are in one network, and available" '([.Subnets[].VpcId] | unique | length == 1) and all(.Subnets[]; .State == "available")'
    vpc=$(of '.Subnets[0].VpcId')
    read -r pub1 pub2 < <(of '[.Subnets | sort_by(.AvailabilityZone)[].SubnetId] | join(" ")') || true
    run aws ec2 create-security-group --group-name albdocker --description "HTTP from everywhere" --vpc-id "$vpc"
    is "the security group has an id" '.GroupId | startswith("sg-")'
    security_group=$(of .GroupId)
    run aws ec2 authorize-security-group-ingress --group-id "$security_group" --protocol tcp --port 80 --cidr 0.0.0.0/0
    is "the permission is accepted" '.Return == true'
    run aws ec2 describe-security-groups --group-ids "$security_group"
    is "it lets everybody in at port 80" '.SecurityGroups[0].IpPermissions[0] | .FromPort == 80 and .ToPort == 80 and .IpProtocol == "tcp" and .IpRanges[0].CidrIp == "0.0.0.0/0"'
}

make_balancer() {
    run aws elbv2 create-load-balancer --name albdocker --subnets "$pub1" "$pub2" --security-groups "$security_group"
    is "one load balancer is made, albdocker" '.LoadBalancers | length == 1 and .[0].LoadBalancerName == "albdocker"'
    is "its ARN is an application load balancer's" '.LoadBalancers[0].LoadBalancerArn | test("^arn:aws:elasticloadbalancing:us-east-1:[0-9]{12}:loadbalancer/app/albdocker/[0-9a-f]{16}$")'
    is "it faces the internet, with a name for DNS" '.LoadBalancers[0] | .Scheme == "internet-facing" and .Type == "application" and (.DNSName | startswith("albdocker"))'
    is "it is in both subnets" '[.LoadBalancers[0].AvailabilityZones[] | .ZoneName, .SubnetId] | length == 4 and (index("us-east-1b") != null) and (index("'"$pub1"'") != null)'
    is "it has the security group and the network" '.LoadBalancers[0] | .SecurityGroups == ["'"$security_group"'"] and .VpcId == "'"$vpc"'"'
    balancer=$(of '.LoadBalancers[0].LoadBalancerArn')
    run aws elbv2 wait load-balancer-available --load-balancer-arns "$balancer"
    check "it becomes available" test ! -s "$work/error"
    run aws elbv2 describe-load-balancers --names albdocker
    is "it is active" '.LoadBalancers[0].State.Code == "active"'
}

make_target_groups() {
    local group
    for group in targetweb targetapp1 targetapp2; do
        run aws elbv2 create-target-group --name $group --protocol HTTP --port 80 --vpc-id "$vpc" --target-type instance \
            --health-check-path /index.php --health-check-interval-seconds 5 --health-check-timeout-seconds 2 --healthy-threshold-count 2
        is "$group has an ARN" '.TargetGroups[0].TargetGroupArn | test("^arn:aws:elasticloadbalancing:us-east-1:[0-9]{12}:targetgroup/'$group'/[0-9a-f]{16}$")'
        is "$group takes HTTP at port 80, from instances" '.TargetGroups[0] | .Protocol == "HTTP" and .Port == 80 and .TargetType == "instance" and .VpcId == "'"$vpc"'"'
        is "$group is checked by /index.php" '.TargetGroups[0] | .HealthCheckPath == "/index.php" and .HealthCheckEnabled and .HealthCheckIntervalSeconds == 5 and .HealthyThresholdCount == 2 and .Matcher.HttpCode == "200"'
        groups[$group]=$(of '.TargetGroups[0].TargetGroupArn')
        run aws elbv2 modify-target-group-attributes --target-group-arn "${groups[$group]}" --attributes Key=deregistration_delay.timeout_seconds,Value=10
        is "$group drains for 10 s at most" 'any(.Attributes[]; .Key == "deregistration_delay.timeout_seconds" and .Value == "10")'
    done
    run aws elbv2 describe-target-health --target-group-arn "${groups[targetweb]}"
    is "targetweb has no targets yet" '.TargetHealthDescriptions == []'
}

make_listener() {
    local port=80 number priority
    [ "$(id -u)" = 0 ] && [ "$(free_port 80)" = 80 ] || port=$(free_port 8080)
    site=http://127.0.0.1:$port
    # The group lets everybody in at port 80 alone.
    [ "$port" = 80 ] ||
        run aws ec2 authorize-security-group-ingress --group-id "$security_group" --protocol tcp --port "$port" --cidr 0.0.0.0/0
    run aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port "$port" \
        --default-actions "Type=forward,TargetGroupArn=${groups[targetweb]}"
    is "the listener has an ARN below the load balancer's" '.Listeners[0] | .LoadBalancerArn == "'"$balancer"'" and (.ListenerArn | test(":listener/app/albdocker/[0-9a-f]{16}/[0-9a-f]{16}$"))'
    is "it listens for HTTP at port $port" '.Listeners[0] | .Port == '"$port"' and .Protocol == "HTTP"'
    is "its default is targetweb" '.Listeners[0].DefaultActions[0] | .Type == "forward" and .TargetGroupArn == "'"${groups[targetweb]}"'"'
    listener=$(of '.Listeners[0].ListenerArn')
    for number in 1 2; do
        priority=$((number * 10))
        run aws elbv2 create-rule --listener-arn "$listener" --priority $priority \
            --conditions "Field=path-pattern,Values=/app$number*" --actions "Type=forward,TargetGroupArn=${groups[targetapp$number]}"
        is "rule $priority is for /app$number*" '.Rules[0] | .Priority == "'$priority'" and .Conditions[0].Values == ["/app'$number'*"] and (.IsDefault | not)'
        is "rule $priority leads to targetapp$number" '.Rules[0].Actions[0].TargetGroupArn == "'"${groups[targetapp$number]}"'"'
    done
    run aws elbv2 create-rule --listener-arn "$listener" --priority 10 --conditions 'Field=path-pattern,Values=/other' \
        --actions "Type=forward,TargetGroupArn=${groups[targetweb]}"
    check "a priority is given once" refused PriorityInUse
    run aws elbv2 describe-rules --listener-arn "$listener"
    is "there are two rules, and the default" '[.Rules[].Priority] | sort == ["10", "20", "default"]'
    run curl -s -o /dev/null -w '%{http_code}' "$site/"
    is "without targets the load balancer answers 503" '. == 503'
}
