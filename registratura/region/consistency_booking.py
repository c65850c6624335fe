"""Rules between the files by which the engine books: absences, referrals, settings of rules."""

from typing import LiteralString

from registratura.region.consistency import Rule

_POSTS: LiteralString = """(
    select code, position from staged_posts
    union all
    select code, position_id from post
    where not exists (select from staged_posts as staged where staged.code = post.code)
)"""

BOOKING = (
    Rule(
        "absences",
        "last_day",
        """
        select line, format('последний день %%s раньше первого', last_day)
        from staged_absences where last_day < first_day
        """,
    ),
    # Labour code, article 256: a leave until the child is three is the longest there is.
    Rule(
        "absences",
        "last_day",
        """
        select line, format('отсутствие с %%s по %%s дольше трёх лет', first_day, last_day)
        from staged_absences where last_day > first_day + interval '3 years'
        """,
    ),
    Rule(
        "absences",
        "substitute",
        "select line, 'врач не может заменять сам себя' from staged_absences"
        " where substitute = post",
    ),
    Rule(
        "absences",
        "substitute",
        """
        select absence.line, format('у «%%s» другая должность, чем у «%%s»',
                                    substitute.code, post.code)
        from staged_absences as absence
        join """
        + _POSTS
        + """ as post on post.code = absence.post
        join """
        + _POSTS
        + """ as substitute on substitute.code = absence.substitute
        where substitute.position <> post.position
        """,
    ),
    Rule(
        "absences",
        "first_day",
        """
        select line, format('пересекается со строкой %%s', other)
        from (
            select line, first_day, lag(last_day) over same as ended, lag(line) over same as other
            from staged_absences
            where first_day <= last_day
            window same as (partition by post order by first_day, line)
        ) as absence
        where first_day <= ended
        """,
    ),
    # What the folder names is judged above, as the folder has it; here, what it does not name.
    Rule(
        "absences",
        "first_day",
        """
        select staged.line, format('пересекается с записанным раньше отсутствием, с %%s по %%s',
                                   old.first_day, old.last_day)
        from staged_absences as staged
        join post on post.code = staged.post
        join absence as old on old.post_id = post.id
             and old.first_day <= staged.last_day and staged.first_day <= old.last_day
        where staged.first_day <= staged.last_day
          and not exists (select from staged_absences as same where same.code = old.code)
        """,
    ),
    Rule(
        "referrals",
        "valid_to",
        """
        select line, format('конец действия %%s раньше начала', valid_to)
        from staged_referrals where valid_to < valid_from
        """,
    ),
    Rule(
        "referrals",
        "departments",
        """
        select line, format('нет строки с кодом «%%s» в departments.csv', code)
        from staged_referrals, unnest(string_to_array(departments, ';')) as code
        where not exists (select from staged_departments as staged where staged.code = code.code)
          and not exists (select from department as old where old.code = code.code)
        """,
    ),
    # A referral may be used already: its number never passes to another patient or position.
    Rule(
        "referrals",
        "person",
        """
        select staged.line, format('направление %%s записано на другого пациента', staged.number)
        from staged_referrals as staged
        join referral as old on old.number = staged.number
        join person as holder on holder.id = old.patient_id
        left join person on person.code = staged.person
        where coalesce(holder.joined_into, holder.id)
              is distinct from coalesce(person.joined_into, person.id)
        """,
    ),
    Rule(
        "referrals",
        "position",
        """
        select staged.line, format('направление %%s записано на другую должность, номер %%s',
                                   staged.number, old.position_id)
        from staged_referrals as staged join referral as old on old.number = staged.number
        where staged.position <> old.position_id
        """,
    ),
    Rule(
        "rules",
        "code",
        """
        select rule.line, case when scope = 'region' then 'у правила всего региона кода нет'
                               when rule.code is null then 'пусто, а код нужен'
                               else format('нет строки с кодом «%%s» в %%ss.csv', rule.code, scope)
                          end
        from staged_rules as rule
        left join (
            select 'organisation' as scope, code from staged_organisations
            union select 'organisation', code from organisation
            union select 'department', code from staged_departments
            union select 'department', code from department
            union select 'position', code::text from staged_positions
            union select 'position', id::text from position
            union select 'post', code from staged_posts
            union select 'post', code from post
        ) as known using (scope, code)
        where scope is not null
          and case when scope = 'region' then rule.code is not null else known.code is null end
        """,
    ),
    Rule(
        "rules",
        "rule",
        "select line, 'пусто, а значение стоит' from staged_rules"
        " where rule is null and value is not null",
    ),
)
