"""Rules of the staff file: a role has the place that befits it, and nobody has it twice."""

from registratura.region.consistency import Rule

STAFF = (
    Rule(
        "staff",
        "department",
        """
        select line, case when role in ('regional_administrator', 'operator')
                          then format('роль %%s – на весь регион: ни организации, ни клиники', role)
                          else format('для роли %%s нужна организация или клиника, одно из двух',
                                      role) end
        from staged_staff
        where num_nonnulls(organisation, department)
              <> case when role in ('regional_administrator', 'operator') then 0 else 1 end
        """,
    ),
    Rule(
        "staff",
        "valid_to",
        """
        select line, format('конец роли %%s не позже начала', valid_to)
        from staged_staff where valid_to <= valid_from
        """,
    ),
    Rule(
        "staff",
        "valid_from",
        """
        select line, format('та же роль у того же сотрудника, строка %%s', other)
        from (
            select line, valid_from, lag(valid_to, 1, '-infinity') over same as ended,
                   lag(line) over same as other
            from staged_staff
            window same as (partition by snils, role, organisation, department
                            order by valid_from, line)
        ) as staged
        where other is not null and (ended is null or valid_from < ended)
        """,
    ),
    # What the folder names is judged above, as the folder has it; here, what it does not name.
    Rule(
        "staff",
        "valid_from",
        """
        select staged.line, format('такая роль у сотрудника уже есть, с %%s', old.valid_from)
        from staged_staff as staged
        left join organisation on organisation.code = staged.organisation
        left join department on department.code = staged.department
        join staff_role as old
             on old.snils = staged.snils and old.role = staged.role
            and old.organisation_id is not distinct from organisation.id
            and old.department_id is not distinct from department.id
            and old.revoked_at is null
        where case when coalesce(staged.valid_to > staged.valid_from, true)
                   then daterange(old.valid_from, old.valid_to)
                        && daterange(staged.valid_from, staged.valid_to)
                   else false end
          and (old.code is null
               or not exists (select from staged_staff as same where same.code = old.code))
        """,
    ),
)
