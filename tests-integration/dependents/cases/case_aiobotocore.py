"""aiobotocore: S3 and DynamoDB against moto's server."""

import pytest
from aiobotocore.session import get_session
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

BODY = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(service, endpoint):
    return get_session().create_client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )


async def test_s3(endpoint):
    async with client("s3", endpoint) as s3:
        await s3.create_bucket(Bucket="shop")
        await s3.put_object(Bucket="shop", Key="a/b c", Body=BODY, Metadata={"who": "grace"})
        answer = await s3.get_object(Bucket="shop", Key="a/b c")
        assert answer["Metadata"] == {"who": "grace"}
        async with answer["Body"] as stream:
            assert await stream.read() == BODY
        answer = await s3.get_object(Bucket="shop", Key="a/b c", Range="bytes=10-19")
        pieces = [piece async for piece in answer["Body"].iter_chunks(4)]
        assert b"".join(pieces) == BODY[10:20]
        listed = await s3.list_objects_v2(Bucket="shop")
        assert [entry["Key"] for entry in listed["Contents"]] == ["a/b c"]
        with pytest.raises(ClientError, match="NoSuchKey"):
            await s3.get_object(Bucket="shop", Key="nothing")
        upload = await s3.create_multipart_upload(Bucket="shop", Key="big")
        part = await s3.upload_part(
            Bucket="shop", Key="big", UploadId=upload["UploadId"], PartNumber=1, Body=BODY
        )
        await s3.complete_multipart_upload(
            Bucket="shop",
            Key="big",
            UploadId=upload["UploadId"],
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
        )
        assert (await s3.head_object(Bucket="shop", Key="big"))["ContentLength"] == len(BODY)


async def test_dynamodb(endpoint):
    async with client("dynamodb", endpoint) as db:
        await db.create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        await db.put_item(TableName="t", Item={"k": {"S": "1"}, "v": {"N": "7"}})
        answer = await db.get_item(TableName="t", Key={"k": {"S": "1"}})
        assert answer["Item"]["v"] == {"N": "7"}
