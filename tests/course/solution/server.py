"""What the course's web server does with Kafka: a group that reads from the beginning and commits."""

from confluent_kafka import Consumer

import settings


def main():
    consumer = Consumer(
        {
            "bootstrap.servers": settings.BROKERS,
            "group.id": "course-server",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([settings.ARRIVALS, settings.TURNSTILES, settings.WEATHER])
    try:
        for _ in range(60):
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise SystemExit(str(message.error()))
            consumer.commit(message, asynchronous=False)
            return
        raise SystemExit("nothing to read")
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
