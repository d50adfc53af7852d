"""A good site, and tests, that use everything the language has; a test holds it to the language's own tables."""

WHOLE = {
    "site.yaml": b"""# every key of a site
site: whole
origins: ["https://shop.example", "http://localhost:8080"]
languages: [de, en]
holdout: 2%
consent:
  revision: 3
  regimes: {default: opt_in, US: opt_out, JP: notice}
  purposes: {functional: {}, statistics: {}, personalization: {}, marketing: {}}
  services:
    - name: Tagwerk
      provider: self
      purpose: personalization
      cookies: [{name: __Host-tw_visitor, duration: 13 months}]
      third_countries: [US]
      privacy_url: {de: /datenschutz, en: /en/privacy}
  expires_days: 180
  privacy_url: /datenschutz
  imprint_url: https://shop.example/impressum
slots:
  hero: {selector: "#hero"}
  strip: {selector: "#strip", fallback: {block: plain}}
attributes:
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}
  crm.city: {type: string, source: crm, purpose: marketing}
  crm.points: {type: number, source: crm, purpose: personalization}
  crm.level: {type: number, source: crm, purpose: personalization, values: [1, 2, 3]}
  crm.member: {type: boolean, source: crm, purpose: functional}
  crm.since: {type: date, source: crm, purpose: necessary}
  crm.seen: {type: datetime, source: crm, purpose: personalization, freshness: 30d}
  crm.interests: {type: list, source: crm, purpose: personalization, values: [shoes, knit]}
  crm.app: {type: version, source: crm, purpose: personalization}
  crm.office: {type: ip, source: crm, purpose: personalization}
  crm.home: {type: location, source: crm, purpose: personalization}
events:
  view: {purpose: personalization, properties: {category: string, path: string, value: number}}
  exposure: {purpose: statistics, properties: {slot: string, rule: string, variant: string}}
  purchase: {purpose: marketing, properties: {value: number, gift: boolean, day: date}}
  ping: {purpose: necessary}
audiences:
  fans: {event: {name: view, where: {category: shoes}, within: 30d, count: {gte: 3}}}
  gold-fans: {all: [{audience: fans}, {crm.tier: gold}]}
""",
    "rules/one.yaml": """# every key of a campaign and a rule
campaign: one
enabled: true
schedule: {from: 2026-09-01, until: 2030-12-01T18:00, timezone: Europe/Berlin}
goal: purchase
holdout: 5%
cap: {times: 3, within: 7d}
exclusive: season
rules:
  - id: groups
    slot: hero
    priority: 100
    enabled: true
    purposes: [personalization, marketing, statistics]
    cap: {times: 5}
    when:
      all:
        - any: [{crm.tier: gold}, {device.type: [mobile, tablet]}]
        - none: [{geo.country: DE}, {language: de}]
        - not: {crm.city: "Köln"}
        - {audience: gold-fans}
    show: {block: hero, with: {discount: 15, word: "Herbst", sale: true}}
  - id: operators
    slot: strip
    when:
      all:
        - crm.points: {equals: 3.5}
        - crm.points: {not: 0}
        - crm.points: {in: [3.5, 4]}
        - crm.points: {not_in: [5, 6]}
        - crm.points: {lt: 10, gt: 1}
        - crm.points: {lte: 9, gte: 2}
        - crm.points: {between: [1, 9]}
        - crm.points: {exists: true}
        - crm.level: 2
        - crm.member: true
        - crm.since: {between: [2020-01-01, 2026-01-01]}
        - page.path: {starts_with: /damen/, ends_with: .html, contains: schuh}
        - page.path: {matches: "^/damen/[a-z]+"}
        - page.query.size: ["38", "39"]
        - utm.source: google
        - time.hour: {gte: 8, lt: 20}
        - time.weekday: [monday, sunday]
        - crm.city: {equals_ignore_case: "köln", not_ignore_case: bonn}
        - crm.city: {in_ignore_case: ["köln", bonn], not_in_ignore_case: [essen]}
        - crm.city: {contains_ignore_case: "ö", starts_with_ignore_case: k, ends_with_ignore_case: n}
        - crm.city: {matches_ignore_case: "^k"}
        - crm.seen: {after: 2026-01-01T08:00, before: "2030-01-01T08:00Z"}
        - crm.seen: {within_last: 30d, weekday: [monday, friday], time_between: ["22:00", "06:00"]}
        - crm.since: {not_within_last: 7d, weekday: saturday}
        - crm.interests: {has_any: [shoes, knit], has_all: shoes, has_none: [knit]}
        - crm.app: {gte: "14.2", lt: 15.0.0-pre.1}
        - crm.office: {in_cidr: [10.0.0.0/8, "2001:db8::/32"]}
        - crm.home: {distance_km: {from: [48.137, 11.575], lte: 25}}
    show: {action: setText, text: "Gratis, heute"}
  - id: events
    slot: strip
    when:
      all:
        - event: {name: view, where: {category: [a, b], value: 3}, within: 90m, count: {between: [1, 5]}}
        - event: {name: purchase, where: {gift: true, day: 2026-01-01}, within: 12h, count: {not: 2}}
        - event: {name: ping, count: 3}
        - event: {name: purchase, sum: {of: value, gte: 100}, within: 30d}
        - event: {name: view, last: {within_last: 7d}}
        - event: {name: view, first: {before: 2026-01-01}}
        - event: {name: view, last: {of: category, equals: shoes}}
    show: {action: setAttribute, name: href, value: /sale}
  - id: dealt
    slot: hero
    split:
      - {weight: 25, block: hero, with: {discount: 5, word: a, sale: false}}
      - {weight: 25, variant: other, action: replace, block: plain}
      - {weight: 25, action: append, variant: x, block: plain}
      - {weight: 25, action: addClass, value: big red}
  - {id: hidden, slot: hero, when: {crm.points: 1}, show: {action: hide}}
  - {id: before, slot: hero, when: {crm.points: 2}, show: {action: before, block: plain}}
  - {id: after, slot: hero, when: {crm.points: 3}, show: {action: after, block: plain}}
  - {id: prepend, slot: hero, when: {crm.points: 4}, show: {action: prepend, block: plain}}
  - {id: set, slot: hero, when: {crm.points: 5}, show: {action: setHtml, block: plain}}
""".encode(),
    "blocks/hero.html": b"""<section class="hero">
  <h1>{% if attr['crm.city'] is defined %}{{ attr['crm.city'] }}, {% else %}-{% endif %}{{ discount }} %</h1>
  <p>{{ word|upper }} {% if sale and not discount == 3 %}<a href="/sale">now</a>{% endif %}</p>
</section>
""",
    "tests/one.test.yaml": """# every key of a test
- name: a gold customer of Köln
  consent: {personalization: granted, statistics: granted, marketing: denied}
  attributes:
    crm.tier: gold
    crm.points: 3.5
    crm.member: true
    crm.since: 2024-05-17
    crm.seen: "2026-09-09T10:00+02:00"
    crm.interests: [shoes, knit]
    crm.app: "14.2.1"
    crm.office: 10.1.2.3
    crm.home: "48.137,11.575"
    device.type: mobile
    page.url: "https://shop.example/damen/schuhe.html?utm_source=google&size=38"
    page.path: /damen/schuhe.html
    page.query.size: "38"
    utm.source: google
  events:
    - {name: view, properties: {category: shoes, path: /a, value: 3}, ago: 3d, times: 4}
    - {name: purchase, properties: {value: 19.9, gift: true, day: 2026-01-01}, ago: 90m}
    - {name: ping}
    - {name: exposure, properties: {slot: hero, rule: groups, variant: a}, times: 2}
  now: 2026-09-10T18:00+02:00
  language: de
  visitor: x
  want:
    hero: {rule: dealt, block: plain, variant: other, reason: SPLIT, action: replace, html_contains: [p, l]}
    strip: {rule: operators, action: setText, text: "Gratis, heute"}
- {name: nobody, consent: none, now: 2026-09-10, visitor: none, want: {hero: default, strip: {block: plain}}}
- {name: anybody, consent: all, language: en, want: {strip: default}}
""".encode(),
    "blocks/plain.html": b"<p>plain</p>\n",
    "blocks/plain.en.html": b"<p>plain, in English</p>\n",
}
