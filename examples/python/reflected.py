"""A gRPC service as it says of itself, by reflection: no code is generated for it, and no copy of its contract is kept."""

import os
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

HERE = os.path.dirname(os.path.abspath(__file__))


class Service:
    """One attribute per call, which takes the fields of its request: `service.GetRecord(model="tag", ...)`."""

    def __init__(self, channel, name, metadata):
        pool = descriptor_pool.DescriptorPool()
        for file in _files_of(channel, name, metadata):
            pool.Add(file)
        self._pool = pool
        for method in pool.FindServiceByName(name).methods:
            setattr(self, method.name, _call(channel, name, method, metadata))

    def enum(self, name):
        """The numbers of an enum by their names."""
        return {value.name: value.number for value in self._pool.FindEnumTypeByName(name).values}


def _call(channel, service, method, metadata):
    request, reply = _message(method.input_type), _message(method.output_type)
    make = channel.unary_stream if method.server_streaming else channel.unary_unary
    call = make(
        f"/{service}/{method.name}",
        request_serializer=request.SerializeToString,
        response_deserializer=reply.FromString,
    )
    # A stream lasts; anything else has half a minute.
    timeout = None if method.server_streaming else 30
    return lambda **fields: call(request(**fields), metadata=metadata, timeout=timeout)


def _files_of(channel, symbol, metadata):
    """The file that defines a symbol, behind all that it imports."""
    pool = _reflection_pool()
    request = _message(pool.FindMessageTypeByName("grpc.reflection.v1.ServerReflectionRequest"))
    reply = _message(pool.FindMessageTypeByName("grpc.reflection.v1.ServerReflectionResponse"))
    ask = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=request.SerializeToString,
        response_deserializer=reply.FromString,
    )

    def fetch(**wanted):
        for answer in ask(iter([request(**wanted)]), metadata=metadata, timeout=30):
            if answer.WhichOneof("message_response") == "error_response":
                raise LookupError(answer.error_response.error_message)
            for data in answer.file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(data)
                files[file.name] = file

    files, ordered = {}, {}

    def add(name):
        if name in ordered:
            return
        if name not in files:
            fetch(file_by_filename=name)
        for imported in files[name].dependency:
            add(imported)
        ordered[name] = files[name]

    fetch(file_containing_symbol=symbol)
    for name in list(files):
        add(name)
    return ordered.values()


def _reflection_pool():
    """The messages of reflection itself, compiled from the .proto beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "reflection.binpb")
        args = ["protoc", f"--proto_path={HERE}", f"--descriptor_set_out={out}", "reflection.proto"]
        if protoc.main(args) != 0:
            raise RuntimeError("reflection.proto could not be compiled")
        with open(out, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    return pool


def _message(descriptor):
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory().GetPrototype(descriptor)
