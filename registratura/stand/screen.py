"""What the demo prints when everything works: addresses, people to sign in as, how to stop."""

from pathlib import Path

from registratura.settings import Settings

_SCREEN = """\

  {portal_name} работает. Учебные данные: все люди выдуманы.

  Портал                 {portal}
  ЕСИА, учебный стенд    {esia}      коды из СМС и письма: {esia}/messages
  Госуслуги, стенд       {gosuslugi}
  Сообщения пациентам    {portal}/demo/messages

  Кем войти (пароль у всех Registratura-40):
    +7 900 000-00-01   Мария Иванова, она же maria@example.org
    +7 900 000-00-02   Олег Смирнов, в ЕСИА у него двое детей
    +7 900 000-00-03   Семён Чужов
    +7 900 000-00-04   упрощённая запись: портал объяснит, чего ей не хватает
    +7 900 000-00-05   вход с кодом из СМС
    +7 900 000-00-10   Ольга Регистратова, регистратор
    +7 900 000-00-11   Нина Врачёва, врач
    +7 900 000-00-12   Пётр Главнов, заведующий
    +7 900 000-00-13   Елена Админова, администратор региона

  Мария добавляет сына: Иванов Петр Иванович, 01.01.2015, полис 1234567891234567.

  Журналы: {logs}
  Остановить всё: Ctrl-C
"""


def screen(settings: Settings, esia: str, gosuslugi: str, logs: Path) -> str:
    """The text, for these addresses."""
    return _SCREEN.format(
        portal_name=settings.portal_name,
        portal=settings.public_url,
        esia=esia,
        gosuslugi=gosuslugi,
        logs=logs,
    )
