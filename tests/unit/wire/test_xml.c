/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "wire/xml.h"

static void
expect_answer(enum wire_operation_id id, json_t *output, const char *wanted)
{
    char *text = xml_answer(&wire_operations[id], output, "r-1");

    assert_string_equal(text, wanted);
    free(text);
    json_decref(output);
}

static void
writes_what_the_shape_says(void **state)
{
    (void)state;
    expect_answer(OPERATION_ELBV2_DescribeTargetHealth,
                  json_pack("{s:[{s:{s:s, s:i}, s:s, s:n}]}", "TargetHealthDescriptions",
                            "Target", "Id", "a<&>\"\r\x01", "Port", 80, "NotInTheModel", "x",
                            "HealthCheckPort"),
                  "<DescribeTargetHealthResponse "
                  "xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">"
                  "<DescribeTargetHealthResult><TargetHealthDescriptions><member><Target>"
                  "<Id>a&lt;&amp;&gt;&quot;&#xD;?</Id><Port>80</Port></Target></member>"
                  "</TargetHealthDescriptions></DescribeTargetHealthResult>"
                  "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
                  "</DescribeTargetHealthResponse>\n");
}

static void
writes_ec2_without_envelope(void **state)
{
    (void)state;
    expect_answer(OPERATION_EC2_DescribeVpcs,
                  json_pack("{s:[{s:s, s:b}]}", "Vpcs", "VpcId", "vpc-1", "IsDefault", 1),
                  "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                  "<requestId>r-1</requestId><vpcSet><item><isDefault>true</isDefault>"
                  "<vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>\n");
}

static void
writes_errors(void **state)
{
    const struct wire_service *sts = wire_operations[OPERATION_STS_GetCallerIdentity].service;
    const struct wire_service *ec2 = wire_operations[OPERATION_EC2_DescribeVpcs].service;
    char *text = xml_error(sts, "InvalidAction", "a & b", "r-1");

    (void)state;
    assert_string_equal(text,
                        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                        "<Error><Type>Sender</Type><Code>InvalidAction</Code>"
                        "<Message>a &amp; b</Message></Error><RequestId>r-1</RequestId>"
                        "</ErrorResponse>\n");
    free(text);
    text = xml_error(ec2, "InvalidAction", "m", "r-1");
    assert_string_equal(text, "<Response><Errors><Error><Code>InvalidAction</Code>"
                              "<Message>m</Message></Error></Errors>"
                              "<RequestID>r-1</RequestID></Response>\n");
    free(text);
}

static void
finds_the_request_id(void **state)
{
    static const enum wire_operation_id ids[] = {OPERATION_STS_GetCallerIdentity,
                                                 OPERATION_EC2_DescribeVpcs};

    char made[XML_REQUEST_ID_SIZE], found[XML_REQUEST_ID_SIZE];
    json_t *output = json_pack("{s:s}", "Arn", "<RequestId>no</RequestId>");

    (void)state;
    xml_make_request_id(made);
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        const struct wire_operation *operation = &wire_operations[ids[i]];
        char *answer = xml_answer(operation, output, made);
        char *error = xml_error(operation->service, "C", "<RequestId>", made);
        assert_true(xml_find_request_id(slice_of(answer), found));
        assert_string_equal(found, made);
        assert_true(xml_find_request_id(slice_of(error), found));
        assert_string_equal(found, made);
        free(answer);
        free(error);
    }
    json_decref(output);
    assert_false(xml_find_request_id(slice_of("{}"), found));
    assert_false(xml_find_request_id(slice_of("<RequestId>short</RequestId>"), found));
    assert_false(xml_find_request_id(
        slice_of("<RequestId>not an id: as long as one, and no more\r\n</RequestId>"), found));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_the_shape_says),
        cmocka_unit_test(writes_ec2_without_envelope),
        cmocka_unit_test(writes_errors),
        cmocka_unit_test(finds_the_request_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
