"""Why a field was not made or changed."""

from almoner.platform.custom_fields.errors import CustomFieldTaken as CustomFieldTaken
