"""The catalogue of services. One of them works; the others stand here as they do in life."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A tile: its sign, name, words; `path` only where there is something behind it."""

    name: str
    words: str
    sign: str = ""
    path: str = ""


BOOKING = Service(
    "Записаться к врачу", "В поликлинику, себя, ребёнка или близкого", "pulse", "/service"
)
HEALTH = (
    BOOKING,
    Service("Вызвать врача на дом", "Терапевта или педиатра по прикреплению"),
    Service("Прикрепиться к поликлинике", "Взрослого или ребёнка"),
    Service("Полис ОМС", "Посмотреть номер, оформить, сообщить об ошибке"),
    Service("Записаться на прививку", "Взрослым и детям"),
    Service("Диспансеризация", "Бесплатная проверка здоровья"),
)
CATEGORIES = (
    Service("Мое здоровье", "Запись к врачу, полис, прививки", "heart", "/catalogue#health"),
    Service("Дети и семья", "Пособия, детский сад, школа", "family"),
    Service("Документы", "Паспорта, справки, выписки", "paper"),
    Service("Транспорт и вождение", "Права, штрафы, регистрация", "car"),
    Service("Дом и недвижимость", "Регистрация, ЖКХ, кадастр", "house"),
    Service("Работа и налоги", "Трудовая книжка, вычеты", "case"),
    Service("Пособия и пенсия", "Выплаты, льготы", "wallet"),
    Service("Образование", "Школа, вуз, ЕГЭ", "book"),
    Service("Безопасность и право", "Справки, обращения", "shield"),
)
POPULAR = (
    BOOKING,
    Service("Прикрепиться к поликлинике", "По месту жительства или работы", "shield"),
    Service("Пособие на детей", "От 0 до 17 лет", "family"),
    Service("Штрафы", "Проверить и оплатить", "car"),
    Service("Паспорт", "Замена в 20 и 45 лет", "paper"),
    Service("Регистрация по месту жительства", "Постоянная и временная", "house"),
)


def search(typed: str) -> list[Service]:
    """Services whose words begin like every typed one; ё and е are one letter."""
    wanted = _words(typed)
    if not wanted:
        return []
    known = dict.fromkeys((*HEALTH, *CATEGORIES[1:], *POPULAR))
    return [it for it in known if all(_holds(it, word) for word in wanted)]


def _holds(service: Service, word: str) -> bool:
    # Without its ending a word is found in another case too: «врача», «врачу».
    stem = word[:-1] if len(word) > 4 else word
    return any(it.startswith(stem) for it in _words(f"{service.name} {service.words}"))


def _words(text: str) -> list[str]:
    return text.lower().replace("ё", "е").replace(",", " ").split()[:12]
