"""A small site with rules of every kind, and what its visitors are asked for."""

SITE = b"""site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1, purposes: {statistics: {}, personalization: {}}}
slots: {hero: {}, strip: {}, empty: {}}
attributes:
  crm.points: {type: number, source: crm, purpose: personalization}
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}
  crm.name: {type: string, source: crm, purpose: personalization}
  crm.likes: {type: list, source: crm, purpose: personalization, values: [silk, wool]}
events:
  view: {purpose: personalization, properties: {category: string, price: number}}
  exposure: {purpose: statistics, properties: {rule: string}}
audiences:
  fans: {event: {name: view, where: {category: shoes}, within: 30d, count: {gte: 3}}}
"""
RULES = b"""campaign: main
rules:
  - id: first
    slot: hero
    priority: 9
    when: {crm.tier: gold}
    show: {block: gold}
  - id: fans
    slot: hero
    priority: 8
    when:
      all:
        - audience: fans
        - not: {device.type: bot}
    show: {action: setText, text: Shoes}
  - id: off
    slot: hero
    priority: 7
    enabled: false
    show: {action: hide}
  - id: none
    slot: hero
    priority: 6
    when:
      none:
        - page.path: {starts_with: /a}
        - crm.points: {gte: 10, lt: 20}
    show: {action: addClass, value: big}
  - id: second
    slot: hero
    split: [{weight: 50, variant: a, block: one}, {weight: 50, variant: b, block: two}]
"""
SPRING = b"""campaign: spring
schedule: {from: 2026-03-01, until: 2026-06-01, timezone: Europe/Berlin}
holdout: 50%
rules:
  - {id: spring, slot: strip, when: {time.hour: {gte: 12}}, show: {action: setText, text: Spring}}
"""
FILES = {
    "site.yaml": SITE,
    "rules/main.yaml": RULES,
    "rules/spring.yaml": SPRING,
    "blocks/gold.html": b"<b>{{ attr['crm.name'] }}</b>",
    "blocks/one.html": b"<i>1</i>",
    "blocks/two.html": b"<i>2</i>",
}
ASKED = ("statistics", "personalization")
