"""Parses OpenMetrics from its input, as Prometheus' own library for Python has it, and prints the families as JSON."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = [
    {
        'name': family.name,
        'type': family.type,
        'help': family.documentation,
        'unit': family.unit,
        'samples': [{'name': sample.name, 'labels': sample.labels, 'value': sample.value} for sample in family.samples],
    }
    for family in text_string_to_metric_families(sys.stdin.read())
]
json.dump(families, sys.stdout)
