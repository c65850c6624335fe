"""Rules between the columns and files of a region. A query gives the line and the reason."""

from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True)
class Rule:
    """What no row of `file` may break; the fault is told of `column`."""

    file: str
    column: str
    query: LiteralString


CONSISTENCY = (
    Rule(
        "posts",
        "age_to",
        """
        select line, format('возраст до %%s меньше возраста от %%s', age_to, age_from)
        from staged_posts where age_to < age_from
        """,
    ),
    Rule(
        "posts",
        "age_from",
        """
        select post.line, format('врач принимает с %%s до %%s лет, а в этом подразделении не те'
                                 ' пациенты', post.age_from, post.age_to)
        from staged_posts as post
        join staged_departments as department on department.code = post.department
        where (department.ages = 'child' and post.age_from >= 18)
           or (department.ages = 'adult' and post.age_to < 18)
        """,
    ),
    Rule(
        "posts",
        "room",
        """
        select post.line, format('кабинет «%%s» в другом подразделении', post.room)
        from staged_posts as post
        left join staged_rooms as staged on staged.code = post.room
        left join room on room.code = post.room
        left join department on department.id = room.department_id
        where coalesce(staged.department, department.code) <> post.department
        """,
    ),
    Rule(
        "areas",
        "kind",
        """
        select area.line, format('участок %%s не подходит возрасту пациентов подразделения',
                                 area.kind)
        from staged_areas as area
        join staged_departments as department on department.code = area.department
        where (area.kind, department.ages) in (('paediatric', 'adult'), ('therapeutic', 'child'))
        """,
    ),
    Rule(
        "areas",
        "post",
        """
        select area.line, format('должность «%%s» в другом подразделении', area.post)
        from staged_areas as area join staged_posts as post on post.code = area.post
        where post.department <> area.department
        """,
    ),
    Rule(
        "areas",
        "post",
        """
        select area.line, format('«%%s»: %%s не участковый врач для участка %%s',
                                 post.code, position.name, area.kind)
        from staged_areas as area
        join staged_posts as post on post.code = area.post
        join staged_positions as position on position.code = post.position
        where position.area_kind is distinct from area.kind
        """,
    ),
    Rule(
        "area_addresses",
        "house_to",
        """
        select line, case when house_to < house_from
                          then format('дом до %%s меньше дома от %%s', house_to, house_from)
                          else 'нужны оба дома, от и до, или ни одного (вся улица)' end
        from staged_area_addresses
        where house_to < house_from or (house_from is null) <> (house_to is null)
        """,
    ),
    Rule(
        "persons",
        "birth_date",
        """
        select line, format('дата рождения %%s в будущем', birth_date)
        from staged_persons where birth_date > %(today)s::date
        """,
    ),
    Rule(
        "persons",
        "died_on",
        """
        select line, case when died_on < birth_date
                          then format('дата смерти %%s раньше рождения', died_on)
                          else format('дата смерти %%s в будущем', died_on) end
        from staged_persons where died_on < birth_date or died_on > %(today)s::date
        """,
    ),
    Rule(
        "persons",
        "snils",
        """
        select staged.line, format('СНИЛС уже стоит в строке %%s', first.line)
        from staged_persons as staged
        join (
            select snils, min(line) as line from staged_persons where snils is not null
            group by snils having count(*) > 1
        ) as first on first.snils = staged.snils and first.line < staged.line
        """,
    ),
    Rule(
        "policies",
        "number",
        """
        select line, format('в номере полиса 16 цифр, а здесь %%s', length(number))
        from staged_policies where series is null and length(number) <> 16
        """,
    ),
    Rule(
        "policies",
        "valid_to",
        """
        select line, format('конец действия %%s не позже начала', valid_to)
        from staged_policies where valid_to <= valid_from
        """,
    ),
    Rule(
        "attachments",
        "valid_to",
        """
        select line, format('конец прикрепления %%s не позже начала', valid_to)
        from staged_attachments where valid_to <= valid_from
        """,
    ),
    Rule(
        "attachments",
        "area",
        """
        select attachment.line, format('участок «%%s» в другом подразделении', attachment.area)
        from staged_attachments as attachment
        left join staged_areas as staged on staged.code = attachment.area
        left join area on area.code = attachment.area
        left join department on department.id = area.department_id
        where coalesce(staged.department, department.code) <> attachment.department
        """,
    ),
    Rule(
        "attachments",
        "department",
        """
        select attachment.line, case when department.ages = 'child'
                                     then 'взрослый прикреплён к детскому подразделению'
                                     else 'ребёнок прикреплён к взрослому подразделению' end
        from staged_attachments as attachment
        join staged_departments as department on department.code = attachment.department
        join staged_persons as person on person.code = attachment.person
        where attachment.kind = 'main' and department.ages <> 'all'
          and (department.ages = 'child')
              <> (attachment.valid_from < birthday(person.birth_date, 18))
        """,
    ),
    Rule(
        "attachments",
        "valid_from",
        """
        select line, format('пересекается со строкой %%s', other)
        from (
            select line, valid_from, lag(valid_to, 1, '-infinity') over same as ended,
                   lag(line) over same as other
            from staged_attachments
            window same as (partition by person, kind order by valid_from)
        ) as attachment
        where other is not null and (ended is null or valid_from < ended)
        """,
    ),
    Rule(
        "schedule_templates",
        "ends",
        """
        select line, format('с %%s до %%s не помещается приём в %%s минут',
                            to_char(starts, 'HH24:MI'), to_char(ends, 'HH24:MI'), minutes)
        from staged_schedule_templates where ends - starts < make_interval(mins => minutes)
        """,
    ),
    Rule(
        "schedule_templates",
        "valid_to",
        """
        select line, format('конец действия %%s не позже начала', valid_to)
        from staged_schedule_templates where valid_to <= valid_from
        """,
    ),
    Rule(
        "schedule_templates",
        "room",
        """
        select template.line, format('кабинет «%%s» в другом подразделении', template.room)
        from staged_schedule_templates as template
        join staged_rooms as room on room.code = template.room
        join staged_posts as post on post.code = template.post
        where room.department <> post.department
        """,
    ),
    Rule(
        "schedule_templates",
        "starts",
        """
        select later.line, format('та же должность уже принимает в это время, строка %%s',
                                  min(earlier.line))
        from staged_schedule_templates as later
        join staged_schedule_templates as earlier
             on earlier.post = later.post and earlier.weekday = later.weekday
            and earlier.line < later.line
            and (earlier.starts, earlier.ends) overlaps (later.starts, later.ends)
            and (earlier.weeks = later.weeks or 'all' in (earlier.weeks, later.weeks))
            and daterange(earlier.valid_from, earlier.valid_to)
                && daterange(later.valid_from, later.valid_to)
        where earlier.starts < earlier.ends and later.starts < later.ends
          and coalesce(earlier.valid_to > earlier.valid_from, true)
          and coalesce(later.valid_to > later.valid_from, true)
        group by later.line
        """,
    ),
)
