"""Frames of our own of the kinds that no golden vector shows. They prove less: that this reader agrees with itself."""
AMBITO = "01900000-0000-7000-8000-000000000001"
RECORD = "0190f3c2-7a1b-7c3d-8e4f-0123456789ab"
SUM = "ab" * 16 + "02" + "00" * 7
HASH = "cd" * 32
LEFT_OUT = [{"table": 10, "id": RECORD}]

REQUEST = {"session": "11" * 16, "cursor": 44}
ANSWER = {"incarnation": 0x7766554433221100, "cursor": 44}


def request(question, **parts):
    return 13, REQUEST, {"leftOut": LEFT_OUT, "question": question} | parts


def answer(question, *entries):
    return 14, ANSWER, {"leftOut": LEFT_OUT, "question": question, "entries": list(entries)}


SAMPLES = [
    request(0),
    request(1, table=10),
    request(2, table=10, bucket=0xAB),
    request(3, records=LEFT_OUT),
    answer(0, {"table": 10, "sum": SUM}),
    answer(1, {"bucket": 0xAB, "sum": SUM}),
    answer(2, {"id": RECORD, "sum": SUM}),
    answer(3, {"table": 10, "id": RECORD, "found": 1, "row": ["Città", None, 7]},
           {"table": 10, "id": AMBITO, "found": 0}),
    (15, {"ambito": AMBITO, "lastEntry": 44, "log": HASH, "file": HASH, "time": 1780000000000}, None),
]
