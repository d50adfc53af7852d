"""A site that is good; each test of what is refused breaks one thing of it."""

GOOD = {
    "site.yaml": b"""site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {selector: "#hero"}}
attributes: {crm.points: {type: number, source: crm, purpose: personalization},
  crm.likes: {type: list, source: crm, purpose: personalization, values: [shoes, bags]},
  crm.born: {type: date, source: crm, purpose: personalization},
  crm.last: {type: datetime, source: crm, purpose: personalization},
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}}
events: {view: {purpose: personalization, properties: {category: string, page.path: string, \
value: number, day: date}}, \
exposure: {purpose: statistics, properties: {slot: string, rule: string}}}
audiences:
  fans: {crm.tier: gold}
""",
    "rules/one.yaml": b"""campaign: one
rules:

  - id: first
    slot: hero
    when:
      all:
      - crm.tier: gold
      - page.path: {starts_with: /a}
    show: {block: gold, with: {n: 1}}
  - id: second
    slot: hero
    when: {audience: fans}
    split: [{weight: 50, action: hide}, {weight: 50, variant: b, action: hide}]
  - id: third
    slot: hero
    when: {event: {name: view, where: {category: a}, within: 30d, count: {gte: 3}}}
    show: {action: hide}
    cap: {times: 9, within: 7d}
""",
    "blocks/gold.html": b"<p>{{ n }}</p>",
}
