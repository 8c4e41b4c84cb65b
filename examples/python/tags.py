"""The tags of a device, in Python.

    python3 tags.py HOME list           all tags of its first library
    python3 tags.py HOME add NAME       makes one
    python3 tags.py HOME watch COUNT    says what changes, here and on other devices, until COUNT tags did
"""

import json
import os
import sys
import uuid

import grpc

from reflected import Service


def connect(home):
    """The gateway of a device that runs; its address and token stand in its home."""
    with open(os.path.join(home, "run", "gateway.json"), encoding="utf-8") as file:
        address = json.load(file)["grpc"]
    with open(os.path.join(home, "token"), encoding="utf-8") as file:
        metadata = [("authorization", "Bearer " + file.read().strip())]
    return Service(grpc.insecure_channel(address), "shoal.v1.Gateway", metadata)


def list_tags(gateway, library):
    after = b""
    while True:
        page = gateway.ListRecords(library_id=library, model="tag", limit=100, after=after)
        for record in page.records:
            print_tag(record)
        after = page.next
        if not after:
            return


def add_tag(gateway, library, name):
    put = gateway.enum("shoal.v1.MutationKind")["MUTATION_KIND_PUT"]
    mutation = {"kind": put, "model": "tag", "fields": [{"field": "canonical_name", "value": {"text": name}}]}
    written = gateway.Write(library_id=library, mutations=[mutation])
    print(uuid.UUID(bytes=written.records[0].record_id), flush=True)


def watch_tags(gateway, library, count):
    events = gateway.Watch(library_id=library, model="tag")
    for event in events:
        if event.gap:
            # At the beginning, and whenever something may have been missed: what is listed from now on is current.
            print("resync", flush=True)
            continue
        if event.HasField("record"):
            print_tag(event.record)
        else:
            print("gone", uuid.UUID(bytes=event.record_id), flush=True)
        count -= 1
        if count == 0:
            return events.cancel()


def print_tag(record):
    print(uuid.UUID(bytes=record.record_id), fields_of(record)["canonical_name"], flush=True)


def fields_of(record):
    """The values of a record by the names of its fields."""
    values = {}
    for sent in record.fields:
        kind = sent.value.WhichOneof("kind")
        values[sent.field] = None if kind == "null" else getattr(sent.value, kind)
    return values


def main(args):
    if len(args) < 2 or args[1] not in ("list", "add", "watch") or len(args) != (2 if args[1] == "list" else 3):
        print(__doc__, file=sys.stderr)
        return 2
    gateway = connect(args[0])
    library = gateway.ListLibraries().libraries[0].library_id
    try:
        if args[1] == "list":
            list_tags(gateway, library)
        elif args[1] == "add":
            add_tag(gateway, library, args[2])
        else:
            watch_tags(gateway, library, int(args[2]))
    except grpc.RpcError as error:
        print(f"{error.code().name.lower()}: {error.details()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
